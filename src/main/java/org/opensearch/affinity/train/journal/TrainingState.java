package org.opensearch.affinity.train.journal;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.learn.layer.NamedArray;
import org.opensearch.affinity.learn.network.Checkpoint;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;

import java.io.IOException;
import java.util.List;

/** The state of the training of a network, as {@link TrainingJournal} stores it. */
record TrainingState(Checkpoint checkpoint) implements Writeable {
    private static final Format FORMAT = Format.first(TrainingState.class);

    TrainingState(StreamInput in) throws IOException {
        this(read(FORMAT.read(in)));
    }

    private static Checkpoint read(Frame in) throws IOException {
        return new Checkpoint(
            in.readVInt(),
            in.readVLong(),
            readArrays(in),
            readArrays(in),
            readArrays(in),
            readArrays(in),
            in.readVInt(),
            in.readDouble()
        );
    }

    private static List<NamedArray> readArrays(StreamInput in) throws IOException {
        return in.readList(from -> new NamedArray(from.readString(), from.readVIntArray(), from.readFloatArray()));
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeVInt(checkpoint.epochs());
            out.writeVLong(checkpoint.steps());
            writeArrays(checkpoint.weights(), out);
            writeArrays(checkpoint.means(), out);
            writeArrays(checkpoint.squares(), out);
            writeArrays(checkpoint.best(), out);
            out.writeVInt(checkpoint.bestEpochs());
            out.writeDouble(checkpoint.bestFigure());
        }
    }

    private static void writeArrays(List<NamedArray> arrays, StreamOutput out) throws IOException {
        out.writeCollection(arrays, (stream, array) -> {
            stream.writeString(array.name());
            stream.writeVIntArray(array.shape());
            stream.writeFloatArray(array.values());
        });
    }

    /** Returns about how many bytes a state has when it is written. */
    static long bytes(Checkpoint checkpoint) {
        return 4L * Float.BYTES * checkpoint.weights().stream().mapToLong(weight -> weight.values().length).sum();
    }
}
