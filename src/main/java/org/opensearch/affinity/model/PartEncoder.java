package org.opensearch.affinity.model;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.learn.FoldIn;
import org.opensearch.affinity.learn.HistoryEncoder;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.NetworkEncoder;
import org.opensearch.affinity.learn.Regularisation;
import org.opensearch.affinity.learn.RowMatrix;
import org.opensearch.affinity.learn.WeightedHistory;
import org.opensearch.affinity.learn.WeightedSum;
import org.opensearch.affinity.learn.cluster.SegmentLayers;
import org.opensearch.affinity.learn.layer.VaeLayers;
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
 * @param solve        of users' vectors; null for other ways
 * @param content      by dimension of the rows, the numbers of a map from content vectors to rows; empty if rows cannot be estimated
 * @param network      that reads the rows of the history's items; null for other ways, of which the last is the weighted sum of rows
 * @param unitEstimates whether estimated rows have length 1, as the others have
 */
public record PartEncoder(
    int dimension,
    float recencyDecay,
    float scale,
    Solve solve,
    float[][] content,
    NetworkEncoder.Layers network,
    boolean unitEstimates
) implements RowEncoder {
    /**
     * Format 2 has networks. Readers of format 1 would take the sum of a network's rows, so they must not read those. Format 3 has networks
     * that read actions, in the same field; readers of format 2 know no such weights. Format 4 has networks with concepts in this field, and
     * format 5 segments. In format 5 estimated rows may have length 1; before, they were as short as they explained learned rows best.
     */
    private static final Format FORMAT = Format.first(PartEncoder.class).withField(2).withField(3).withField(4).withField(5);

    /**
     * What a solve needs besides the history, see {@link FoldIn}.
     *
     * @param base  the lower triangle of a matrix: row d has d + 1 numbers
     * @param items number of items of the catalogue
     */
    public record Solve(float[][] base, Regularisation regularisation, int items) {}

    /** Estimated rows have length 1 if those of the network have. */
    public PartEncoder(int dimension, float recencyDecay, float scale, Solve solve, float[][] content, NetworkEncoder.Layers network) {
        this(dimension, recencyDecay, scale, solve, content, network, network != null && network.unitRows());
    }

    public PartEncoder(StreamInput in) throws IOException {
        this(FORMAT.read(in));
    }

    private PartEncoder(Frame in) throws IOException {
        this(
            in.readVInt(),
            in.readFloat(),
            in.readFloat(),
            in.readBoolean() ? solve(in) : null,
            in.readArray(StreamInput::readFloatArray, float[][]::new),
            in.format() < 2 ? null : StoredNetwork.read(in),
            in.format() >= 5 && in.readBoolean()
        );
    }

    private static Solve solve(StreamInput in) throws IOException {
        float[][] base = in.readArray(StreamInput::readFloatArray, float[][]::new);
        return new Solve(base, new Regularisation(in.readDouble(), in.readDouble(), in.readDouble()), in.readVInt());
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = format().begin(to)) {
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
            StoredNetwork.write(network, out);
            out.writeBoolean(unitEstimates);
        }
    }

    /** Returns the number of concepts that vectors are parted into; 1 for a vector that is whole. */
    int concepts() {
        return network instanceof VaeLayers vae ? vae.concepts() : 1;
    }

    /** Returns the segments of users; null for another part. */
    public SegmentLayers segments() {
        return network instanceof SegmentLayers segments ? segments : null;
    }

    /** Returns the vector of a user of a segment, or of the one above if it is too small to be shown; null if there is no such segment. */
    float[] ofSegment(int number) {
        SegmentLayers segments = segments();
        int shown = segments == null || number > segments.tree().groups().size() ? 0 : number;
        while (shown > 0 && segments.users()[shown] < ModelGroup.LEAST_USERS) {
            shown = segments.tree().groups().get(shown - 1).parent() + 1;
        }
        return shown == 0 ? null : segments.vectorOf(shown - 1);
    }

    /** Returns the vector of a user whose history would be one item of such a content; null if that cannot be estimated. */
    float[] ofContent(float[] itemContent) {
        float[] row = itemContent.length == 0 ? null : estimate(itemContent);
        return row == null ? null : vector(new Known(new float[][] { row }, new int[1], new int[1], new int[1]));
    }

    private Format format() {
        int readableFrom = switch (network) {
            case null -> 1;
            case SegmentLayers segments -> 5;
            default -> unitEstimates && content.length > 0 ? 5 : concepts() > 1 ? 4 : network.readsActions() ? 3 : 2;
        };
        return new Format(FORMAT.kind(), FORMAT.number(), readableFrom);
    }

    /**
     * The items of a history that a model has.
     *
     * @param inputs the vectors that they add, newest first
     * @param ages   of the same items: how many items of the history are newer
     * @param gaps   of the same items: how long after the next older one they were taken, see {@link InteractionMatrix#gap}
     * @param actions of the same items, by the numbers of the network
     */
    record Known(float[][] inputs, int[] ages, int[] gaps, int[] actions) {
        static final Known NOTHING = new Known(new float[0][], new int[0], new int[0], new int[0]);
    }

    /** Returns the number of an action in {@link Known}. */
    int action(String name) {
        return network == null ? 0 : network.action(name);
    }

    /** Returns the vector of a user. */
    float[] vector(Known known) {
        return encoder(known).vector(history(known));
    }

    /** Returns what each known item adds to the dot product of the user's vector with that of an item. */
    HistoryEncoder.Contributions contributions(Known known) {
        return encoder(known).contributions(history(known));
    }

    private HistoryEncoder encoder(Known known) {
        if (network != null) {
            return new NetworkEncoder(known.inputs, network, new float[0][]);
        }
        return solve == null
            ? new WeightedSum(known.inputs, dimension, 1)
            : new FoldIn(known.inputs, solve.items, solve.base, solve.regularisation, 1);
    }

    private WeightedHistory history(Known known) {
        float[] weights = new float[known.ages.length];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) Math.pow(recencyDecay, known.ages[i]);
        }
        return new WeightedHistory(IntStream.range(0, weights.length).toArray(), weights, known.gaps, known.actions);
    }

    /** Returns the estimated vector of an item; null if there are no estimates for contents of this dimension. */
    float[] estimate(float[] itemContent) {
        if (contentDimension() != itemContent.length) {
            return null;
        }
        float[] vector = new float[content.length];
        for (int d = 0; d < vector.length; d++) {
            vector[d] = VectorUtil.dotProduct(content[d], itemContent);
        }
        return unitEstimates ? VectorUtil.l2normalize(vector, false) : vector;
    }

    /** Returns the dimension of content vectors that rows can be estimated from; 0 if they cannot. */
    int contentDimension() {
        return RowMatrix.width(content);
    }

    /**
     * Returns the vector whose dot product with an item's content vector is that of the user's vector and the estimated row, unless that has
     * length 1; empty for no estimates.
     */
    float[] contentVector(float[] user) {
        float[] sum = new float[contentDimension()];
        for (int d = 0; d < content.length; d++) {
            RowMatrix.add(user[d], content[d], sum);
        }
        return sum;
    }
}
