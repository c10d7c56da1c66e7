package org.opensearch.affinity.learn.layer;

import org.apache.lucene.util.RamUsageEstimator;
import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.learn.NetworkEncoder;
import org.opensearch.affinity.learn.WeightedHistory;

import java.util.ArrayList;
import java.util.List;

/**
 * The layers of causal self-attention over a history, as far as the vector after the newest item needs them. 50 items, 64 dimensions and two layers
 * are 6 million multiplications. Weights of items do not count.
 */
public final class AttentionLayers implements NetworkEncoder.Layers {
    /** Weights before the first layer, and of one layer. */
    public static final int FIRST_LAYER = 4;
    public static final int PER_LAYER = 12;
    /** Names of weights after the last layer: this and the name of an action. */
    public static final String ACTION = "action ";
    private static final double EPSILON = 1e-12;
    private static final double MIN_NORM = 1e-9;

    private final int heads;
    private final float scale;
    private final List<NamedArray> weights;
    /** By distance of two items and head. */
    private final float[][] distances;
    /** By gap to the next older item. */
    private final float[][] gaps;
    /** Names of actions, and their vectors. */
    private final List<String> actionNames;
    private final List<float[]> actions;
    private final Norm first;
    private final List<Layer> layers = new ArrayList<>();

    /** A layer normalisation. */
    private record Norm(float[] weight, float[] bias) {
        static Norm of(NamedArray weight, NamedArray bias) {
            return new Norm(weight.values(), bias.values());
        }

        float[] apply(float[] x) {
            double sum = 0;
            double squares = 0;
            for (float value : x) {
                sum += value;
                squares += (double) value * value;
            }
            double mean = sum / x.length;
            double factor = 1 / Math.sqrt(Math.max(0, squares / x.length - mean * mean) + EPSILON);
            float[] normal = new float[x.length];
            for (int d = 0; d < x.length; d++) {
                normal[d] = (float) ((x[d] - mean) * factor) * weight[d] + bias[d];
            }
            return normal;
        }
    }

    private record Layer(Dense in, Dense out, Norm afterAttention, Dense up, Dense down, Norm afterDown) {
        static Layer of(List<NamedArray> w) {
            return new Layer(
                Dense.of(w.get(0), w.get(1)),
                Dense.of(w.get(2), w.get(3)),
                Norm.of(w.get(4), w.get(5)),
                Dense.of(w.get(6), w.get(7)),
                Dense.of(w.get(8), w.get(9)),
                Norm.of(w.get(10), w.get(11))
            );
        }
    }

    /**
     * @param weights of the network without those of the catalogue
     * @throws IllegalArgumentException if there are too many or too few
     */
    public AttentionLayers(int heads, double scale, List<NamedArray> weights) {
        List<NamedArray> ofActions = weights.stream().filter(weight -> weight.name().startsWith(ACTION)).toList();
        int end = weights.size() - ofActions.size();
        int ofLayers = end - FIRST_LAYER;
        if (ofLayers < PER_LAYER || ofLayers % PER_LAYER != 0) {
            throw new IllegalArgumentException("[" + weights.size() + "] weights are not those of whole layers");
        }
        this.heads = heads;
        this.scale = (float) scale;
        this.weights = List.copyOf(weights);
        distances = weights.get(0).rows();
        gaps = weights.get(1).rows();
        first = Norm.of(weights.get(2), weights.get(3));
        actionNames = ofActions.stream().map(weight -> weight.name().substring(ACTION.length())).toList();
        actions = ofActions.stream().map(NamedArray::values).toList();
        for (int w = FIRST_LAYER; w < end; w += PER_LAYER) {
            layers.add(Layer.of(weights.subList(w, w + PER_LAYER)));
        }
    }

    public int heads() {
        return heads;
    }

    public double scale() {
        return scale;
    }

    public List<NamedArray> weights() {
        return weights;
    }

    @Override
    public boolean unitRows() {
        return true;
    }

    @Override
    public int dimension() {
        return first.bias.length;
    }

    @Override
    public int action(String name) {
        return actionNames.indexOf(name) + 1;
    }

    @Override
    public boolean readsActions() {
        return actionNames.isEmpty() == false;
    }

    @Override
    public float[] vector(float[][] rows, WeightedHistory history) {
        int length = Math.min(rows.length, distances.length);
        float[][] x = new float[length][];
        for (int i = 0; i < length; i++) {
            int age = length - 1 - i;
            x[i] = sum(gaps[Math.min(history.gaps()[age], gaps.length - 1)], first.apply(rows[age]));
            int action = history.actions()[age];
            if (action > 0) {
                x[i] = sum(actions.get(action - 1), x[i]);
            }
        }
        for (int i = 0; i < layers.size(); i++) {
            // Of the last layer, only the vector after the newest item is read.
            layer(layers.get(i), x, i == layers.size() - 1 ? length - 1 : 0);
        }
        float[] user = x[length - 1];
        float factor = (float) (scale / Math.max(MIN_NORM, Math.sqrt(VectorUtil.dotProduct(user, user))));
        for (int d = 0; d < user.length; d++) {
            user[d] *= factor;
        }
        return user;
    }

    /** Overwrites the vectors from a position on. */
    private void layer(Layer layer, float[][] x, int from) {
        int head = dimension() / heads;
        float[][][] keys = heads(layer, x, dimension(), head);
        float[][][] values = heads(layer, x, 2 * dimension(), head);
        for (int i = from; i < x.length; i++) {
            float[] attended = new float[dimension()];
            for (int h = 0; h < heads; h++) {
                attend(layer.in.apply(x[i], h * head, (h + 1) * head), keys[h], values[h], i, h, attended);
            }
            float[] attention = layer.afterAttention.apply(sum(x[i], layer.out.apply(attended)));
            float[] up = layer.up.apply(attention);
            for (int d = 0; d < up.length; d++) {
                up[d] = Math.max(0, up[d]);
            }
            x[i] = layer.afterDown.apply(sum(attention, layer.down.apply(up)));
        }
    }

    /** Returns the keys or values by head and position. */
    private float[][][] heads(Layer layer, float[][] x, int offset, int head) {
        float[][][] all = new float[heads][x.length][];
        for (int h = 0; h < heads; h++) {
            for (int i = 0; i < x.length; i++) {
                all[h][i] = layer.in.apply(x[i], offset + h * head, offset + (h + 1) * head);
            }
        }
        return all;
    }

    private void attend(float[] query, float[][] keys, float[][] values, int position, int h, float[] into) {
        double[] scores = new double[position + 1];
        double largest = Double.NEGATIVE_INFINITY;
        for (int i = 0; i <= position; i++) {
            scores[i] = VectorUtil.dotProduct(query, keys[i]) / Math.sqrt(query.length) + distances[position - i][h];
            largest = Math.max(largest, scores[i]);
        }
        double total = 0;
        for (int i = 0; i <= position; i++) {
            scores[i] = Math.exp(scores[i] - largest);
            total += scores[i];
        }
        for (int i = 0; i <= position; i++) {
            float share = (float) (scores[i] / total);
            for (int d = 0; d < query.length; d++) {
                into[h * query.length + d] += share * values[i][d];
            }
        }
    }

    private static float[] sum(float[] x, float[] y) {
        for (int d = 0; d < y.length; d++) {
            y[d] += x[d];
        }
        return y;
    }

    @Override
    public long ramBytesUsed() {
        return 2 * weights.stream().mapToLong(weight -> RamUsageEstimator.sizeOf(weight.values())).sum();
    }
}
