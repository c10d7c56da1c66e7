package org.opensearch.affinity.learn.layer;

import org.apache.lucene.util.VectorUtil;

/**
 * A linear layer {@code weights · x + bias}. Immutable.
 *
 * @param weights by output
 */
record Dense(float[][] weights, float[] bias) {
    static Dense of(NamedArray weights, NamedArray bias) {
        return new Dense(weights.rows(), bias.values());
    }

    float[] apply(float[] x) {
        return apply(x, 0, weights.length);
    }

    /** Returns some of the outputs. */
    float[] apply(float[] x, int from, int to) {
        float[] y = new float[to - from];
        for (int i = 0; i < y.length; i++) {
            y[i] = bias[from + i] + VectorUtil.dotProduct(weights[from + i], x);
        }
        return y;
    }
}
