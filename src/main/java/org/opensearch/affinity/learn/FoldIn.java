package org.opensearch.affinity.learn;

import org.apache.lucene.util.RamUsageEstimator;
import org.apache.lucene.util.VectorUtil;

/**
 * Encodes a history as the user's vector that the factorisation would learn from it with fixed item vectors:
 * {@code (α G + λ' I + Σ c h hᵀ)⁻¹ Σ c h}. Here h is the vector of a history's item of weight w and age a (0 is the newest),
 * {@code c = w · recencyDecay^a}, G the Gram matrix of the item vectors, and {@code λ' = λ (Σ c + α n)^ν} for n items (Rendle et
 * al., RecSys'22, section 3).
 */
public final class FoldIn implements HistoryEncoder {
    private final float[][] inputs;
    private final int items;
    private final float[][] base;
    private final Regularisation regularisation;
    private final double recencyDecay;

    /**
     * @param inputs       vectors by item, of any length; kept, not copied
     * @param items        number of items of the catalogue, of which {@code inputs} may be some
     * @param base         the lower triangle of α G; kept, not copied
     * @param recencyDecay as in {@link WeightedHistory#decayed}
     */
    public FoldIn(float[][] inputs, int items, float[][] base, Regularisation regularisation, double recencyDecay) {
        this.inputs = inputs;
        this.items = items;
        this.base = base;
        this.regularisation = regularisation;
        this.recencyDecay = recencyDecay;
    }

    @Override
    public int dimension() {
        return base.length;
    }

    /** Returns the lower triangle of α G, which callers must not change. */
    public float[][] base() {
        return base;
    }

    public Regularisation regularisation() {
        return regularisation;
    }

    @Override
    public double recencyDecay() {
        return recencyDecay;
    }

    @Override
    public float[] vector(WeightedHistory history) {
        float[] vector = new float[base.length];
        equations(history.decayed(recencyDecay), 1).solve(vector);
        return vector;
    }

    /** @param score that the items of the history should have */
    private NormalEquations equations(WeightedHistory decayed, float score) {
        double sum = 0;
        for (float weight : decayed.weights()) {
            sum += weight;
        }
        NormalEquations equations = new NormalEquations(base);
        equations.begin(regularisation.lambda(sum, items));
        for (int i = 0; i < decayed.size(); i++) {
            equations.add(decayed.weights()[i], score, inputs[decayed.items()[i]]);
        }
        return equations;
    }

    /** What each item adds with the matrix of the whole history, {@code c hᵀ A⁻¹ other}: the solution is linear in its right side. */
    @Override
    public Contributions contributions(WeightedHistory history) {
        return other -> contributions(history.decayed(recencyDecay), other);
    }

    private double[] contributions(WeightedHistory decayed, float[] other) {
        NormalEquations equations = equations(decayed, 0);
        equations.addRight(other);
        float[] solution = new float[base.length];
        equations.solve(solution);
        double[] contributions = new double[decayed.size()];
        for (int i = 0; i < contributions.length; i++) {
            contributions[i] = decayed.weights()[i] * VectorUtil.dotProduct(inputs[decayed.items()[i]], solution);
        }
        return contributions;
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
