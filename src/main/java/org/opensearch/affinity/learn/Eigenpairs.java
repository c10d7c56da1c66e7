package org.opensearch.affinity.learn;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Eigenvalues and eigenvectors of a Gram matrix, the largest first.
 *
 * @param values  not below 0, but for rounding
 * @param vectors each with its numbers, in the order of the values
 */
public record Eigenpairs(double[] values, double[][] vectors) {
    public static Eigenpairs of(double[][] triangle) {
        int n = triangle.length;
        if (n == 0) {
            return new Eigenpairs(new double[0], new double[0][]);
        }
        DMatrixRMaj matrix = new DMatrixRMaj(n, n);
        for (int d = 0; d < n; d++) {
            for (int e = 0; e <= d; e++) {
                matrix.set(d, e, triangle[d][e]);
                matrix.set(e, d, triangle[d][e]);
            }
        }
        EigenDecomposition_F64<DMatrixRMaj> found = DecompositionFactory_DDRM.eig(n, true, true);
        if (found.decompose(matrix) == false) {
            throw new IllegalStateException("the eigenvalues of a matrix of " + n + " rows were not found");
        }
        int[] order = IntStream.range(0, n)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> -found.getEigenvalue(i).getReal()))
            .mapToInt(Integer::intValue)
            .toArray();
        double[] values = Arrays.stream(order).mapToDouble(i -> found.getEigenvalue(i).getReal()).toArray();
        return new Eigenpairs(values, Arrays.stream(order).mapToObj(i -> found.getEigenVector(i).data).toArray(double[][]::new));
    }

    /** How many values are above this part of the largest. */
    public int above(double part) {
        return (int) Arrays.stream(values).filter(value -> value > 0 && value > part * values[0]).count();
    }

    /** The first eigenvectors as columns. */
    public float[][] rows(int kept, boolean scaled) {
        float[][] rows = new float[values.length][kept];
        for (int e = 0; e < kept; e++) {
            double length = scaled ? Math.sqrt(values[e]) : 1;
            for (int d = 0; d < rows.length; d++) {
                rows[d][e] = (float) (vectors[e][d] / length);
            }
        }
        return rows;
    }
}
