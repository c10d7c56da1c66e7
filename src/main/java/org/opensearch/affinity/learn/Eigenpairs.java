package org.opensearch.affinity.learn;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Eigenvalues and eigenvectors of a Gram matrix, in descending order of the eigenvalues.
 *
 * @param values  eigenvalues, at least 0 except for rounding errors
 * @param vectors eigenvectors of unit length, in the order of the values
 */
public record Eigenpairs(double[] values, double[][] vectors) {
    /**
     * Decomposes a symmetric matrix.
     *
     * @param lowerTriangle row d has the d + 1 numbers up to the diagonal, as {@link RowMatrix#gram} returns them
     * @throws IllegalStateException if the decomposition does not converge
     */
    public static Eigenpairs of(double[][] lowerTriangle) {
        int n = lowerTriangle.length;
        if (n == 0) {
            return new Eigenpairs(new double[0], new double[0][]);
        }
        DMatrixRMaj matrix = new DMatrixRMaj(n, n);
        for (int d = 0; d < n; d++) {
            for (int e = 0; e <= d; e++) {
                matrix.set(d, e, lowerTriangle[d][e]);
                matrix.set(e, d, lowerTriangle[d][e]);
            }
        }
        EigenDecomposition_F64<DMatrixRMaj> decomposition = DecompositionFactory_DDRM.eig(n, true, true);
        if (decomposition.decompose(matrix) == false) {
            throw new IllegalStateException("the eigenvalue decomposition of a matrix with [" + n + "] rows did not converge");
        }
        int[] order = IntStream.range(0, n)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> -decomposition.getEigenvalue(i).getReal()))
            .mapToInt(Integer::intValue)
            .toArray();
        double[] values = Arrays.stream(order).mapToDouble(i -> decomposition.getEigenvalue(i).getReal()).toArray();
        double[][] vectors = Arrays.stream(order).mapToObj(i -> decomposition.getEigenVector(i).data).toArray(double[][]::new);
        return new Eigenpairs(values, vectors);
    }

    /** Returns the number of positive eigenvalues that exceed this fraction of the largest one. */
    public int countAbove(double fraction) {
        return (int) Arrays.stream(values).filter(value -> value > 0 && value > fraction * values[0]).count();
    }

    /**
     * Returns the matrix whose columns are the first eigenvectors, by row.
     *
     * @param count  number of columns
     * @param scaled whether each column is divided by the square root of its eigenvalue
     */
    public float[][] columns(int count, boolean scaled) {
        float[][] rows = new float[values.length][count];
        for (int e = 0; e < count; e++) {
            double length = scaled ? Math.sqrt(values[e]) : 1;
            for (int d = 0; d < rows.length; d++) {
                rows[d][e] = (float) (vectors[e][d] / length);
            }
        }
        return rows;
    }
}
