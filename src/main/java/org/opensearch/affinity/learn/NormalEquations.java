package org.opensearch.affinity.learn;

/**
 * Normal equations of one row of a factorisation, {@code (base + λ I + Σ c x xᵀ) w = Σ c s x} with confidences c and scores s,
 * solved by Cholesky decomposition. Computes in floats, because the inner loops add multiples of rows and so run in vector
 * registers. Not thread-safe.
 */
public final class NormalEquations {
    private static final float MIN_PIVOT = 1e-9f;

    private final float[][] base;
    private final float[][] matrix;
    private final float[] right;

    /** @param base the lower triangle of a positive semidefinite matrix; kept, not copied */
    public NormalEquations(float[][] base) {
        this.base = base;
        matrix = RowMatrix.triangle(base.length);
        right = new float[base.length];
    }

    /** Begins the equations of the next row. */
    public void begin(double lambda) {
        for (int d = 0; d < base.length; d++) {
            System.arraycopy(base[d], 0, matrix[d], 0, d + 1);
            matrix[d][d] += (float) lambda;
            right[d] = 0;
        }
    }

    /** Adds a vector whose score should be 1. */
    public void add(float confidence, float[] x) {
        add(confidence, 1, x);
    }

    /** Adds a vector that should have the given score. */
    public void add(float confidence, float score, float[] x) {
        RowMatrix.addOuter(confidence, x, matrix);
        RowMatrix.add(confidence * score, x, right);
    }

    /** Adds a vector to the right side. */
    public void addRight(float[] vector) {
        RowMatrix.add(1, vector, right);
    }

    /** Writes the solution w. Overwrites the equations. */
    public void solve(float[] into) {
        decompose();
        int n = right.length;
        for (int d = 0; d < n; d++) {
            double sum = right[d];
            for (int e = 0; e < d; e++) {
                sum -= matrix[d][e] * into[e];
            }
            into[d] = (float) (sum / matrix[d][d]);
        }
        for (int d = n - 1; d >= 0; d--) {
            into[d] /= matrix[d][d];
            for (int e = 0; e < d; e++) {
                into[e] -= matrix[d][e] * into[d];
            }
        }
    }

    /**
     * Right-looking Cholesky decomposition {@code L Lᵀ} in place: each step subtracts a multiple of a column from all rows below.
     * A pivot that rounding made too small is raised to the minimum, which makes its part of the solution almost 0.
     */
    private void decompose() {
        int n = right.length;
        float[] column = new float[n];
        for (int k = 0; k < n; k++) {
            float pivot = (float) Math.sqrt(Math.max(MIN_PIVOT, matrix[k][k]));
            matrix[k][k] = pivot;
            for (int d = k + 1; d < n; d++) {
                column[d] = matrix[d][k] / pivot;
                matrix[d][k] = column[d];
            }
            for (int d = k + 1; d < n; d++) {
                float[] row = matrix[d];
                float factor = column[d];
                for (int e = k + 1; e <= d; e++) {
                    row[e] -= factor * column[e];
                }
            }
        }
    }
}
