package org.opensearch.affinity.follow;

import org.opensearch.core.tasks.TaskId;
import org.opensearch.tasks.CancellableTask;

import java.util.Map;

/**
 * A task that shows the progress of a rebuild. The rebuild does not depend on the task: it goes on if the task's node is lost. Cancelling
 * the task cancels the rebuild. Thread-safe.
 */
final class RebuildTask extends CancellableTask {
    private volatile RebuildLag lag = new RebuildLag(0, 0, 0, 0);

    RebuildTask(long id, String type, String action, String description, TaskId parent, Map<String, String> headers) {
        super(id, type, action, description, parent, headers);
    }

    /** Sets the status of the task. */
    void show(RebuildLag current) {
        lag = current;
    }

    @Override
    public RebuildLag getStatus() {
        return lag;
    }

    @Override
    public boolean shouldCancelChildrenOnCancellation() {
        return false;
    }
}
