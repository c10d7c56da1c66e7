package org.opensearch.affinity.learn.layer;

import org.apache.lucene.util.RamUsageEstimator;
import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.learn.NetworkEncoder;
import org.opensearch.affinity.learn.RowMatrix;
import org.opensearch.affinity.learn.WeightedHistory;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * The encoder of a variational autoencoder: the mean vector of a user and a 1 for the items' biases. With several concepts the vector is a
 * direction for each concept, then for each concept the weighted logarithm of its share of the history, then the 1. Neither order nor weights
 * of items count.
 */
public final class VaeLayers implements NetworkEncoder.Layers {
    /** With several concepts: length of the parts of an item's row, divided by the item's shares. */
    public static final double SCALE = 10;
    /** Added to a concept's share of a history before the logarithm. */
    public static final double LEAST_SHARE = 0.02;
    private static final int ARRAYS = 4;
    private static final int CONCEPT_ARRAYS = 2;
    private static final double MIN_NORM = 1e-9;

    private final int concepts;
    private final List<NamedArray> weights;
    private final Dense hidden;
    private final Dense mean;

    /**
     * @param concepts number of concepts, at least 1
     * @param weights  of the network without those of the catalogue; those of the variance are not kept
     * @throws IllegalArgumentException if weights are missing
     */
    public VaeLayers(int concepts, List<NamedArray> weights) {
        int needed = concepts == 1 ? ARRAYS : ARRAYS + CONCEPT_ARRAYS;
        if (weights.size() < needed) {
            throw new IllegalArgumentException("[" + needed + "] weights are needed, got [" + weights.size() + "]");
        }
        this.concepts = concepts;
        List<NamedArray> last = concepts == 1 ? List.of() : weights.subList(weights.size() - CONCEPT_ARRAYS, weights.size());
        this.weights = Stream.concat(weights.subList(0, ARRAYS).stream(), last.stream()).toList();
        hidden = Dense.of(weights.get(0), weights.get(1));
        mean = Dense.of(weights.get(2), weights.get(3));
    }

    /**
     * Returns the dimension of rows and of users' vectors.
     *
     * @param latent dimension of one concept
     */
    public static int dimension(int concepts, int latent) {
        return concepts == 1 ? latent + 1 : concepts * (latent + 1) + 1;
    }

    public int concepts() {
        return concepts;
    }

    public List<NamedArray> weights() {
        return weights;
    }

    private int latent() {
        return mean.bias().length;
    }

    @Override
    public int dimension() {
        return dimension(concepts, latent());
    }

    @Override
    public float[] vector(float[][] rows, WeightedHistory history) {
        float[] sum = new float[dimension()];
        for (float[] row : rows) {
            RowMatrix.add(1, row, sum);
        }
        float[] vector = new float[dimension()];
        double norm = Math.sqrt(rows.length) * (concepts == 1 ? 1 : SCALE);
        for (int concept = 0; concept < concepts; concept++) {
            float[] encoded = encoded(Arrays.copyOfRange(sum, concept * latent(), (concept + 1) * latent()), (float) norm);
            System.arraycopy(encoded, 0, vector, concept * latent(), latent());
        }
        if (concepts > 1) {
            addShares(sum, vector);
        }
        vector[dimension() - 1] = 1;
        return vector;
    }

    private float[] encoded(float[] input, float norm) {
        for (int d = 0; d < input.length; d++) {
            input[d] /= norm;
        }
        float[] activations = hidden.apply(input);
        for (int i = 0; i < activations.length; i++) {
            activations[i] = (float) Math.tanh(activations[i]);
        }
        float[] encoded = mean.apply(activations);
        if (concepts > 1) {
            float length = (float) Math.max(MIN_NORM, Math.sqrt(VectorUtil.dotProduct(encoded, encoded)));
            for (int d = 0; d < encoded.length; d++) {
                encoded[d] /= length;
            }
        }
        return encoded;
    }

    /** Adds the weighted logarithms of the concepts' shares. */
    private void addShares(float[] sum, float[] vector) {
        int first = concepts * latent();
        float weight = weights.get(ARRAYS).values()[0];
        double all = MIN_NORM;
        for (int concept = 0; concept < concepts; concept++) {
            all += Math.max(0, sum[first + concept]); // an estimated row may have shares below 0
        }
        for (int concept = 0; concept < concepts; concept++) {
            vector[first + concept] = (float) (weight * Math.log(Math.max(0, sum[first + concept]) / all + LEAST_SHARE));
        }
    }

    @Override
    public long ramBytesUsed() {
        return 2 * weights.stream().mapToLong(weight -> RamUsageEstimator.sizeOf(weight.values())).sum();
    }
}
