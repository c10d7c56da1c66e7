package org.opensearch.affinity.follow;

import org.opensearch.core.tasks.TaskId;
import org.opensearch.tasks.CancellableTask;

import java.util.Map;

/**
 * A rebuild as the task API shows it. The rebuild itself is in the cluster state and goes on without it; to cancel the task is to
 * give the rebuild up. Thread-safe.
 */
final class RebuildTask extends CancellableTask {
    private volatile Lag seen = new Lag(0, 0, 0, 0);

    RebuildTask(long id, String type, String action, String description, TaskId parent, Map<String, String> headers) {
        super(id, type, action, description, parent, headers);
    }

    /** Shows how far the rebuild is now. */
    void show(Lag lag) {
        seen = lag;
    }

    @Override
    public Lag getStatus() {
        return seen;
    }

    @Override
    public boolean shouldCancelChildrenOnCancellation() {
        return false;
    }
}
