package org.opensearch.affinity.follow;

import org.opensearch.affinity.event.LogShard;
import org.opensearch.affinity.event.ReadEventsAction;
import org.opensearch.affinity.item.ItemRowIndex;
import org.opensearch.affinity.item.ItemVectors;
import org.opensearch.affinity.profile.ProfileIndex;
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
 * The persistent task that follows one {@link LogShard}. OpenSearch keeps it running on one node of the cluster at a time and
 * starts it elsewhere when that node goes; it goes on from the {@link Progress} stored with the profiles.
 */
public final class FollowTask extends PersistentTasksExecutor<LogShard> {
    private final ClusterService cluster;
    private final ThreadPool threadPool;
    private final Client client;
    private final ProfileIndex profiles;
    private final ItemVectors vectors;
    private final ItemRowIndex items;
    private final UserKeys keys;

    public FollowTask(ClusterService cluster, ThreadPool threadPool, Client client, UserKeys keys) {
        super(LogShard.TASK, ReadEventsAction.THREAD_POOL);
        this.cluster = cluster;
        this.threadPool = threadPool;
        this.client = client;
        profiles = new ProfileIndex(client);
        vectors = new ItemVectors(client);
        items = new ItemRowIndex(client);
        this.keys = keys;
    }

    /** Beside the primary of the slice when there is one: then reading crosses no network. */
    @Override
    public Assignment getAssignment(LogShard slice, ClusterState state) {
        IndexShardRoutingTable shard = state.routingTable().hasIndex(slice.shard().getIndex())
            ? state.routingTable().index(slice.shard().getIndex()).shard(slice.shard().id())
            : null;
        ShardRouting primary = shard == null ? null : shard.primaryShard();
        if (primary != null && primary.active()) {
            return new Assignment(primary.currentNodeId(), "the node of the primary");
        }
        return super.getAssignment(slice, state);
    }

    @Override
    protected void nodeOperation(AllocatedPersistentTask task, LogShard slice, PersistentTaskState state) {
        new Follower(task, slice, cluster, threadPool, client, profiles, vectors, items, keys).start();
    }
}
