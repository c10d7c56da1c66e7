package org.opensearch.affinity.follow;

import org.opensearch.affinity.event.LogShard;
import org.opensearch.affinity.event.ReadEventsAction;
import org.opensearch.affinity.tracker.UserKeys;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.routing.IndexShardRoutingTable;
import org.opensearch.cluster.routing.ShardRouting;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.persistent.AllocatedPersistentTask;
import org.opensearch.persistent.PersistentTaskState;
import org.opensearch.persistent.PersistentTasksCustomMetadata.Assignment;
import org.opensearch.persistent.PersistentTasksExecutor;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.client.Client;

/**
 * The persistent task that follows one {@link LogShard}. OpenSearch runs it on one node of the cluster, and starts it on another one
 * when that node fails; it continues from the {@link Progress} stored with the profiles.
 */
public final class FollowTask extends PersistentTasksExecutor<LogShard> {
    private final FollowServices services;

    public FollowTask(ClusterService cluster, ThreadPool threadPool, Client client, UserKeys keys) {
        super(LogShard.TASK, ReadEventsAction.THREAD_POOL);
        services = new FollowServices(cluster, threadPool, client, keys);
    }

    /** Assigns the task to the node of the log shard's primary, so that reading needs no network; to any node without one. */
    @Override
    public Assignment getAssignment(LogShard logShard, ClusterState state) {
        IndexShardRoutingTable shard = state.routingTable().hasIndex(logShard.shard().getIndex())
            ? state.routingTable().index(logShard.shard().getIndex()).shard(logShard.shard().id())
            : null;
        ShardRouting primary = shard == null ? null : shard.primaryShard();
        if (primary != null && primary.active()) {
            return new Assignment(primary.currentNodeId(), "the node of the primary");
        }
        return super.getAssignment(logShard, state);
    }

    @Override
    protected void nodeOperation(AllocatedPersistentTask task, LogShard logShard, PersistentTaskState state) {
        new FollowLoop(task, logShard, services).start();
    }
}
