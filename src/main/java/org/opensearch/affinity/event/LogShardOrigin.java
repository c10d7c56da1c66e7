package org.opensearch.affinity.event;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;

import java.io.IOException;

/**
 * The log shard that a restored one continues. Events that came with the snapshot count as events of the earlier log shard: under
 * its key, profiles and item rows know which of them they have applied.
 *
 * @param historyId  the id of the {@link ShardHistory} before the restore
 * @param beforeTerm operations of lower primary terms came with the snapshot, all others were written after the restore
 */
public record LogShardOrigin(String historyId, long beforeTerm) implements Writeable {
    private static final Format FORMAT = Format.first(LogShardOrigin.class);

    /** The origin of a log shard that continues no other. */
    public static final LogShardOrigin NONE = new LogShardOrigin("", 0);

    public LogShardOrigin(StreamInput in) throws IOException {
        this(FORMAT.read(in));
    }

    private LogShardOrigin(Frame in) throws IOException {
        this(in.readString(), in.readVLong());
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeString(historyId);
            out.writeVLong(beforeTerm);
        }
    }

    /**
     * Returns the log shard as whose event an operation counts.
     *
     * @param logShard the log shard that the operation was read from
     * @param term     the primary term of the operation
     */
    public LogShard logShardOf(LogShard logShard, long term) {
        return term < beforeTerm ? logShard.withHistory(historyId) : logShard;
    }
}
