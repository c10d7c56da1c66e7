package org.opensearch.affinity.model;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.learn.FoldIn;
import org.opensearch.affinity.learn.HistoryEncoder;
import org.opensearch.affinity.learn.Regularisation;
import org.opensearch.affinity.learn.RowMatrix;
import org.opensearch.affinity.learn.WeightedHistory;
import org.opensearch.affinity.learn.WeightedSum;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;

import java.io.IOException;
import java.util.stream.IntStream;

/**
 * How a part of a model makes the vector of a user from the rows of the history's items, and values of signals from dot products. One for
 * each part with item vectors, stored beside the rows. Immutable.
 *
 * @param recencyDecay the weight of each item of a history relative to that of the next newer one, above 0, at most 1
 * @param scale        dot product at which the signal is 1, above 0
 * @param solve        null if the user's vector is the weighted sum of what the items add
 * @param content      by dimension of the rows, the numbers of a map from content vectors to rows; empty if rows cannot be estimated
 */
public record PartEncoder(int dimension, float recencyDecay, float scale, Solve solve, float[][] content) implements RowEncoder {
    private static final Format FORMAT = Format.first(PartEncoder.class);

    /**
     * What a solve needs besides the history, see {@link FoldIn}.
     *
     * @param base  the lower triangle of a matrix: row d has d + 1 numbers
     * @param items number of items of the catalogue
     */
    public record Solve(float[][] base, Regularisation regularisation, int items) {}

    public PartEncoder(StreamInput in) throws IOException {
        this(FORMAT.read(in));
    }

    private PartEncoder(Frame in) throws IOException {
        this(in.readVInt(), in.readFloat(), in.readFloat(), in.readBoolean() ? solve(in) : null, in.readArray(StreamInput::readFloatArray, float[][]::new));
    }

    private static Solve solve(StreamInput in) throws IOException {
        float[][] base = in.readArray(StreamInput::readFloatArray, float[][]::new);
        return new Solve(base, new Regularisation(in.readDouble(), in.readDouble(), in.readDouble()), in.readVInt());
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeVInt(dimension);
            out.writeFloat(recencyDecay);
            out.writeFloat(scale);
            out.writeBoolean(solve != null);
            if (solve != null) {
                out.writeArray(StreamOutput::writeFloatArray, solve.base);
                out.writeDouble(solve.regularisation.lambda());
                out.writeDouble(solve.regularisation.alpha());
                out.writeDouble(solve.regularisation.nu());
                out.writeVInt(solve.items);
            }
            out.writeArray(StreamOutput::writeFloatArray, content);
        }
    }

    /**
     * The items of a history that a model has.
     *
     * @param inputs the vectors that they add, newest first
     * @param ages   of the same items: how many items of the history are newer
     */
    record Known(float[][] inputs, int[] ages) {}

    /** Returns the vector of a user. */
    float[] vector(Known known) {
        return encoder(known).vector(history(known));
    }

    /** Returns what each known item adds to the dot product of the user's vector with that of an item. They add up to it. */
    double[] contributions(Known known, float[] item) {
        return encoder(known).contributions(history(known), item);
    }

    private HistoryEncoder encoder(Known known) {
        return solve == null
            ? new WeightedSum(known.inputs, dimension, 1)
            : new FoldIn(known.inputs, solve.items, solve.base, solve.regularisation, 1);
    }

    private WeightedHistory history(Known known) {
        float[] weights = new float[known.ages.length];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) Math.pow(recencyDecay, known.ages[i]);
        }
        return new WeightedHistory(IntStream.range(0, weights.length).toArray(), weights);
    }

    /** Returns the estimated vector of an item; null if there are no estimates for contents of this dimension. */
    float[] estimate(float[] itemContent) {
        if (RowMatrix.width(content) != itemContent.length) {
            return null;
        }
        float[] vector = new float[content.length];
        for (int d = 0; d < vector.length; d++) {
            vector[d] = VectorUtil.dotProduct(content[d], itemContent);
        }
        return vector;
    }

    /** Returns the vector whose dot product with an item's content vector estimates the item's; empty for no estimates. */
    float[] contentVector(float[] user) {
        float[] sum = new float[RowMatrix.width(content)];
        for (int d = 0; d < content.length; d++) {
            RowMatrix.add(user[d], content[d], sum);
        }
        return sum;
    }
}
