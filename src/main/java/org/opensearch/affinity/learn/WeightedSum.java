package org.opensearch.affinity.learn;

import org.apache.lucene.util.VectorUtil;

/**
 * Encodes a history as a weighted sum of item vectors: {@code Σ_h w · recencyDecay^a · input(h)} for the history's items h of
 * weight w and age a (0 is the newest).
 */
public final class WeightedSum implements HistoryEncoder {
    private final float[][] inputs;
    private final int dimension;
    private final double recencyDecay;

    /**
     * @param inputs       vectors by item, of any length; kept, not copied
     * @param recencyDecay as in {@link WeightedHistory#decayed}
     */
    public WeightedSum(float[][] inputs, int dimension, double recencyDecay) {
        this.inputs = inputs;
        this.dimension = dimension;
        this.recencyDecay = recencyDecay;
    }

    @Override
    public int dimension() {
        return dimension;
    }

    /** Returns the vector that an item adds, which callers must not change. */
    public float[] input(int item) {
        return inputs[item];
    }

    @Override
    public double recencyDecay() {
        return recencyDecay;
    }

    @Override
    public float[] vector(WeightedHistory history) {
        WeightedHistory decayed = history.decayed(recencyDecay);
        float[] sum = new float[dimension];
        for (int i = 0; i < decayed.size(); i++) {
            RowMatrix.add(decayed.weights()[i], inputs[decayed.items()[i]], sum);
        }
        return sum;
    }

    @Override
    public Contributions contributions(WeightedHistory history) {
        return other -> contributions(history.decayed(recencyDecay), other);
    }

    private double[] contributions(WeightedHistory decayed, float[] other) {
        double[] contributions = new double[decayed.size()];
        for (int i = 0; i < contributions.length; i++) {
            contributions[i] = decayed.weights()[i] * VectorUtil.dotProduct(inputs[decayed.items()[i]], other);
        }
        return contributions;
    }

    @Override
    public long ramBytesUsed() {
        return RowMatrix.bytes(inputs);
    }
}
