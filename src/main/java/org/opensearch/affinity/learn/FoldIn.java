package org.opensearch.affinity.learn;

import org.apache.lucene.util.RamUsageEstimator;

/**
 * A user's vector is the one that the factorisation would have learned of this history alone, with the items as they are:
 * {@code (α G + λ' I + Σ c h hᵀ)⁻¹ Σ c h}, with {@code c = w · keep^a} for the history's item h of weight w and age a, the items'
 * Gram matrix G, and {@code λ' = λ (Σ c + α n)^ν} for n items.
 */
public final class FoldIn implements HistoryEncoder {
    private final float[][] inputs;
    private final float[][] base;
    private final Regularisation regularisation;
    private final double keep;

    /**
     * @param inputs by item; kept, not copied
     * @param base   the lower triangle of α G
     */
    public FoldIn(float[][] inputs, float[][] base, Regularisation regularisation, double keep) {
        this.inputs = inputs;
        this.base = base;
        this.regularisation = regularisation;
        this.keep = keep;
    }

    @Override
    public int dimension() {
        return base.length;
    }

    public double keep() {
        return keep;
    }

    @Override
    public float[] vector(WeightedHistory history) {
        WeightedHistory faded = history.faded(keep);
        NormalEquations normal = new NormalEquations(base);
        double sum = 0;
        for (float weight : faded.weights()) {
            sum += weight;
        }
        normal.begin(regularisation.lambda(sum, inputs.length));
        for (int i = 0; i < faded.size(); i++) {
            normal.add(faded.weights()[i], inputs[faded.items()[i]]);
        }
        float[] vector = new float[base.length];
        normal.solve(vector);
        return vector;
    }

    /** Without the items' vectors, which are those of the model. */
    @Override
    public long ramBytesUsed() {
        long bytes = RamUsageEstimator.shallowSizeOf(base);
        for (float[] row : base) {
            bytes += RamUsageEstimator.sizeOf(row);
        }
        return bytes;
    }
}
