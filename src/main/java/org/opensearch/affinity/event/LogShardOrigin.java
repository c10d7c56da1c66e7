package org.opensearch.affinity.event;

import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;

import java.io.IOException;

/**
 * What a slice was followed as before its shard was restored from a snapshot. Events that came with the snapshot count as those
 * of the slice of that time, so that profiles know which of them they have.
 *
 * @param history the id of the {@link ShardHistory} of that time
 * @param before  the primary term from which on operations were written after the restore
 */
public record LogShardOrigin(String history, long before) implements Writeable {
    /** Of a slice that was never followed as another one. */
    public static final LogShardOrigin NONE = new LogShardOrigin("", 0);

    public LogShardOrigin(StreamInput in) throws IOException {
        this(in.readString(), in.readVLong());
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeString(history);
        out.writeVLong(before);
    }

    /** As an event of which slice an operation counts that was read from {@code slice}. */
    public LogShard of(LogShard slice, long term) {
        return term < before ? slice.as(history) : slice;
    }
}
