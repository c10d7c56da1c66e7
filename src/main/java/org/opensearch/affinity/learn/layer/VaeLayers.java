package org.opensearch.affinity.learn.layer;

import org.apache.lucene.util.RamUsageEstimator;
import org.opensearch.affinity.learn.NetworkEncoder;
import org.opensearch.affinity.learn.RowMatrix;
import org.opensearch.affinity.learn.WeightedHistory;

import java.util.Arrays;
import java.util.List;

/** The encoder of a variational autoencoder: the mean vector of a user, and a 1 for the items' biases. Neither order nor weights of items count. */
public final class VaeLayers implements NetworkEncoder.Layers {
    private static final int ARRAYS = 4;

    private final List<NamedArray> weights;
    private final Dense hidden;
    private final Dense mean;

    /**
     * @param weights of the network without those of the catalogue; the variance is not read
     * @throws IllegalArgumentException if weights are missing
     */
    public VaeLayers(List<NamedArray> weights) {
        if (weights.size() < ARRAYS) {
            throw new IllegalArgumentException("[" + ARRAYS + "] weights are needed, got [" + weights.size() + "]");
        }
        this.weights = List.copyOf(weights.subList(0, ARRAYS));
        hidden = Dense.of(weights.get(0), weights.get(1));
        mean = Dense.of(weights.get(2), weights.get(3));
    }

    public List<NamedArray> weights() {
        return weights;
    }

    @Override
    public int dimension() {
        return mean.bias().length + 1;
    }

    @Override
    public float[] vector(float[][] rows, WeightedHistory history) {
        float[] sum = new float[dimension()];
        for (float[] row : rows) {
            RowMatrix.add(1, row, sum);
        }
        float[] input = Arrays.copyOf(sum, mean.bias().length);
        float norm = (float) Math.sqrt(rows.length);
        for (int d = 0; d < input.length; d++) {
            input[d] /= norm;
        }
        float[] activations = hidden.apply(input);
        for (int i = 0; i < activations.length; i++) {
            activations[i] = (float) Math.tanh(activations[i]);
        }
        float[] vector = Arrays.copyOf(mean.apply(activations), dimension());
        vector[dimension() - 1] = 1;
        return vector;
    }

    @Override
    public long ramBytesUsed() {
        return 2 * weights.stream().mapToLong(weight -> RamUsageEstimator.sizeOf(weight.values())).sum();
    }
}
