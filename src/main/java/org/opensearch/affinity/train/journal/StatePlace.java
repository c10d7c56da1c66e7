package org.opensearch.affinity.train.journal;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;

import java.io.IOException;

/**
 * Where a state is stored: in chunks, of which two sets take turns, so that one is always whole.
 *
 * @param training of the state
 * @param set      0 or 1
 * @param chunks   number of them
 * @param checksum of their bytes
 */
record StatePlace(String training, int set, int chunks, long checksum) implements Writeable {
    private static final Format FORMAT = Format.first(StatePlace.class);

    StatePlace(StreamInput in) throws IOException {
        this(FORMAT.read(in));
    }

    private StatePlace(Frame in) throws IOException {
        this(in.readString(), in.readVInt(), in.readVInt(), in.readVLong());
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeString(training);
            out.writeVInt(set);
            out.writeVInt(chunks);
            out.writeVLong(checksum);
        }
    }
}
