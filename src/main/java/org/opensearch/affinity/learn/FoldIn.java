package org.opensearch.affinity.learn;

import org.apache.lucene.util.RamUsageEstimator;

/**
 * Encodes a history as the user's vector that the factorisation would learn from it with fixed item vectors:
 * {@code (α G + λ' I + Σ c h hᵀ)⁻¹ Σ c h}. Here h is the vector of a history's item of weight w and age a (0 is the newest),
 * {@code c = w · recencyDecay^a}, G the Gram matrix of the item vectors, and {@code λ' = λ (Σ c + α n)^ν} for n items (Rendle et
 * al., RecSys'22, section 3). {@code ./bench learn} measures it; no training serves it yet.
 */
public final class FoldIn implements HistoryEncoder {
    private final float[][] inputs;
    private final float[][] base;
    private final Regularisation regularisation;
    private final double recencyDecay;

    /**
     * @param inputs       vectors by item, of any length; kept, not copied
     * @param base         the lower triangle of α G; kept, not copied
     * @param recencyDecay as in {@link WeightedHistory#decayed}
     */
    public FoldIn(float[][] inputs, float[][] base, Regularisation regularisation, double recencyDecay) {
        this.inputs = inputs;
        this.base = base;
        this.regularisation = regularisation;
        this.recencyDecay = recencyDecay;
    }

    @Override
    public int dimension() {
        return base.length;
    }

    public double recencyDecay() {
        return recencyDecay;
    }

    @Override
    public float[] vector(WeightedHistory history) {
        WeightedHistory decayed = history.decayed(recencyDecay);
        double sum = 0;
        for (float weight : decayed.weights()) {
            sum += weight;
        }
        NormalEquations equations = new NormalEquations(base);
        equations.begin(regularisation.lambda(sum, inputs.length));
        for (int i = 0; i < decayed.size(); i++) {
            equations.add(decayed.weights()[i], inputs[decayed.items()[i]]);
        }
        float[] vector = new float[base.length];
        equations.solve(vector);
        return vector;
    }

    /** Does not count the item vectors, which {@link Factors} counts. */
    @Override
    public long ramBytesUsed() {
        long bytes = RamUsageEstimator.shallowSizeOf(base);
        for (float[] row : base) {
            bytes += RamUsageEstimator.sizeOf(row);
        }
        return bytes;
    }
}
