package org.opensearch.affinity.rank;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.profile.History;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;

import java.io.IOException;

/**
 * The trained model of a search. Immutable.
 *
 * @param index        index of the model
 * @param recencyDecay weight of an item of the history relative to the next newer item, above 0, at most 1
 */
public record ModelInput(String index, float recencyDecay) implements Writeable {
    private static final Format FORMAT = Format.first(ModelInput.class);

    ModelInput(StreamInput in) throws IOException {
        this(FORMAT.read(in));
    }

    private ModelInput(Frame in) throws IOException {
        this(in.readString(), in.readFloat());
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeString(index);
            out.writeFloat(recencyDecay);
        }
    }

    /**
     * Weights of the items of a history, newest first. They are divided by the sum for a full history of {@link History#MAX} items, so a
     * shorter history has less weight in total.
     *
     * @param items number of items, at most {@link History#MAX}
     */
    public float[] historyWeights(int items) {
        double total = 0;
        for (int i = 0; i < History.MAX; i++) {
            total += Math.pow(recencyDecay, i);
        }
        float[] weights = new float[items];
        for (int i = 0; i < items; i++) {
            weights[i] = (float) (Math.pow(recencyDecay, i) / total);
        }
        return weights;
    }
}
