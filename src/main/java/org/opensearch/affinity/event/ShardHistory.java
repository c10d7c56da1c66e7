package org.opensearch.affinity.event;

import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.cluster.routing.IndexRoutingTable;

/**
 * Identifies one history of operations of a log shard. A restored index has the name and the shard numbers of the index that was
 * saved. Its shards share the first operations with that index, and then give the same sequence numbers to other operations.
 *
 * @param id        unique for every restore: the index's UUID, followed by the history UUID if it was restored into a closed index
 * @param created   when the index was created, epoch milliseconds; 0 if unknown. A restored index keeps the time of the saved one,
 *                  while a new index of the same name has another
 * @param firstTerm the primary term of the shard when its follower was started. For a log shard without progress, operations of lower terms
 *                  came with the restore. Nothing else keeps that term: after a failover before the first progress was stored, operations
 *                  that were written after the restore are taken for ones that came with it
 */
public record ShardHistory(String id, long created, long firstTerm) {
    /** Returns the history of a shard as it is in this cluster state. */
    static ShardHistory of(IndexMetadata index, int shard, ClusterState state) {
        IndexRoutingTable routing = state.routingTable().index(index.getIndex());
        boolean unassigned = routing == null || routing.shard(shard).primaryShard().unassigned();
        // A primary that is assigned raises the term before it accepts writes.
        return new ShardHistory(id(index), index.getCreationDate(), index.primaryTerm(shard) + (unassigned ? 1 : 0));
    }

    /** Returns the history id that all shards of an index share. */
    public static String id(IndexMetadata index) {
        String historyUuid = index.getSettings().get(IndexMetadata.SETTING_HISTORY_UUID);
        return historyUuid == null ? index.getIndexUUID() : index.getIndexUUID() + "." + historyUuid;
    }
}
