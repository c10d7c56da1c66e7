package org.opensearch.affinity.event;

import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.cluster.routing.IndexRoutingTable;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;

import java.io.IOException;

/**
 * Which of all the shards a shard of the log is that ever had its name and number. One that is restored from a snapshot has the
 * beginning of the one that was saved, and gives numbers to what is written from then on that the other may have given to
 * something else.
 *
 * @param id      another one after every restore: the index's uuid, and that of the restore where it was one into a closed index
 * @param created when the index was created, epoch milliseconds: a restored one knows when the one was that was saved, one of the
 *                same name that was created anew does not; 0 where it is not known
 * @param term    the primary term of the shard when it was first seen: operations of earlier terms came with the index
 */
public record ShardHistory(String id, long created, long term) implements Writeable {
    ShardHistory(StreamInput in) throws IOException {
        this(in.readString(), in.readZLong(), in.readVLong());
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeString(id);
        out.writeZLong(created);
        out.writeVLong(term);
    }

    /** That of a shard as it is now. */
    static ShardHistory of(IndexMetadata index, int shard, ClusterState state) {
        IndexRoutingTable routing = state.routingTable().index(index.getIndex());
        boolean unassigned = routing == null || routing.shard(shard).primaryShard().unassigned();
        // The term rises when a primary begins to recover, before anything can be written.
        return new ShardHistory(id(index), index.getCreationDate(), index.primaryTerm(shard) + (unassigned ? 1 : 0));
    }

    /** The id that all shards of an index have. */
    public static String id(IndexMetadata index) {
        String restored = index.getSettings().get(IndexMetadata.SETTING_HISTORY_UUID);
        return restored == null ? index.getIndexUUID() : index.getIndexUUID() + "." + restored;
    }
}
