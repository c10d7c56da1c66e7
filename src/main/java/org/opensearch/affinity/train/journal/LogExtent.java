package org.opensearch.affinity.train.journal;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;

import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * What of a log was read, so that the same can be read again.
 *
 * @param time when the reading began, epoch milliseconds: retention and the limit of future times count from then
 * @param last by shard, the largest sequence number
 */
public record LogExtent(long time, Map<String, Long> last) implements Writeable {
    private static final Format FORMAT = Format.first(LogExtent.class);

    LogExtent(StreamInput in) throws IOException {
        this(FORMAT.read(in));
    }

    private LogExtent(Frame in) throws IOException {
        this(in.readVLong(), in.readMap(StreamInput::readString, StreamInput::readZLong));
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeVLong(time);
            out.writeMap(new TreeMap<>(last), StreamOutput::writeString, StreamOutput::writeZLong);
        }
    }
}
