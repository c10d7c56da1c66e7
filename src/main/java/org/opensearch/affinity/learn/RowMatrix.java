package org.opensearch.affinity.learn;

import org.apache.lucene.util.RamUsageEstimator;

import java.util.SplittableRandom;

/** What is done with a row of numbers for each of many things. */
public final class RowMatrix {
    private static final int SLICE = 512;

    private RowMatrix() {}

    /** Rows of normally distributed numbers, the same for the same seed. */
    public static float[][] random(int count, int dimension, double deviation, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[][] rows = new float[count][dimension];
        for (float[] row : rows) {
            for (int d = 0; d < dimension; d++) {
                row[d] = (float) (deviation * random.nextGaussian());
            }
        }
        return rows;
    }

    /** How many numbers each row has, 0 where there are no rows. */
    public static int width(float[][] rows) {
        return rows.length == 0 ? 0 : rows[0].length;
    }

    /** Adds a multiple of a row to another. */
    public static void add(float factor, float[] row, float[] into) {
        for (int d = 0; d < into.length; d++) {
            into[d] += factor * row[d];
        }
    }

    /**
     * {@code XᵀX}, as rows of its lower triangle: row d has d + 1 numbers. The slices are the same whoever sums them, and there are
     * at most 64, so the result does not depend on threads nor the memory on the number of rows.
     */
    public static double[][] gram(float[][] rows, int dimension, ParallelFor crew) {
        int slice = Math.max(SLICE, Math.ceilDiv(rows.length, 64));
        float[][][] parts = new float[Math.ceilDiv(rows.length, slice)][][];
        crew.share(rows.length, slice, ProgressListener.NOBODY, (from, to) -> {
            float[][] part = triangle(dimension);
            for (int i = from; i < to; i++) {
                addOuter(1, rows[i], part);
            }
            parts[from / slice] = part;
        });
        double[][] gram = new double[dimension][];
        for (int d = 0; d < dimension; d++) {
            gram[d] = new double[d + 1];
            for (float[][] part : parts) {
                for (int e = 0; e <= d; e++) {
                    gram[d][e] += part[d][e];
                }
            }
        }
        return gram;
    }

    /** The lower triangle of a symmetric matrix of zeros. */
    public static float[][] triangle(int dimension) {
        float[][] triangle = new float[dimension][];
        for (int d = 0; d < dimension; d++) {
            triangle[d] = new float[d + 1];
        }
        return triangle;
    }

    /** Adds {@code factor · x xᵀ}. */
    static void addOuter(float factor, float[] x, float[][] triangle) {
        for (int d = 0; d < triangle.length; d++) {
            add(factor * x[d], x, triangle[d]);
        }
    }

    public static long bytes(float[][] rows) {
        long bytes = RamUsageEstimator.shallowSizeOf(rows);
        for (float[] row : rows) {
            bytes += RamUsageEstimator.sizeOf(row);
        }
        return bytes;
    }
}
