package org.opensearch.affinity.learn;

/**
 * A user is the sum of what he took: {@code Σ_h w · keep^a · input(h)}, with the weight w and the age a of the history's item h.
 */
public final class WeightedSum implements HistoryEncoder {
    private final float[][] inputs;
    private final int dimension;
    private final double keep;

    /** @param inputs by item; kept, not copied */
    public WeightedSum(float[][] inputs, int dimension, double keep) {
        this.inputs = inputs;
        this.dimension = dimension;
        this.keep = keep;
    }

    @Override
    public int dimension() {
        return dimension;
    }

    /** What an item adds; not to be written into. */
    public float[] input(int item) {
        return inputs[item];
    }

    public double keep() {
        return keep;
    }

    @Override
    public float[] vector(WeightedHistory history) {
        WeightedHistory faded = history.faded(keep);
        float[] sum = new float[dimension];
        for (int i = 0; i < faded.size(); i++) {
            RowMatrix.add(faded.weights()[i], inputs[faded.items()[i]], sum);
        }
        return sum;
    }

    @Override
    public long ramBytesUsed() {
        return RowMatrix.bytes(inputs);
    }
}
