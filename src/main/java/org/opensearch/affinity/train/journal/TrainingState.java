package org.opensearch.affinity.train.journal;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.learn.network.Checkpoint;
import org.opensearch.affinity.model.StoredNetwork;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;

import java.io.IOException;

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
            StoredNetwork.readArrays(in),
            StoredNetwork.readArrays(in),
            StoredNetwork.readArrays(in),
            StoredNetwork.readArrays(in),
            in.readVInt(),
            in.readDouble()
        );
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeVInt(checkpoint.epochs());
            out.writeVLong(checkpoint.steps());
            StoredNetwork.writeArrays(checkpoint.weights(), out);
            StoredNetwork.writeArrays(checkpoint.means(), out);
            StoredNetwork.writeArrays(checkpoint.squares(), out);
            StoredNetwork.writeArrays(checkpoint.best(), out);
            out.writeVInt(checkpoint.bestEpochs());
            out.writeDouble(checkpoint.bestFigure());
        }
    }

    /** Returns about how many bytes a state has when it is written. */
    static long bytes(Checkpoint checkpoint) {
        return 4L * Float.BYTES * checkpoint.weights().stream().mapToLong(weight -> weight.values().length).sum();
    }
}
