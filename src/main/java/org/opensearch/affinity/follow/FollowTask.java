package org.opensearch.affinity.follow;

import org.opensearch.affinity.event.LogShard;
import org.opensearch.core.tasks.TaskId;
import org.opensearch.tasks.CancellableTask;

import java.util.Map;

/** The entry of one follower in the list of tasks. A cancelled one is started again by the next check of {@link Followers}. */
final class FollowTask extends CancellableTask {
    private volatile FollowStatus status;

    FollowTask(long id, String type, LogShard logShard, TaskId parent, Map<String, String> headers) {
        super(id, type, LogShard.TASK, description(logShard), parent, headers);
        status = new FollowStatus(logShard.followerId(), null, null);
    }

    /** Sets the status of the task. */
    void show(FollowStatus current) {
        status = current;
    }

    @Override
    public FollowStatus getStatus() {
        return status;
    }

    private static String description(LogShard logShard) {
        return "tracker [" + logShard.tracker() + "] follows " + logShard.shard();
    }

    @Override
    public boolean shouldCancelChildrenOnCancellation() {
        return true;
    }
}
