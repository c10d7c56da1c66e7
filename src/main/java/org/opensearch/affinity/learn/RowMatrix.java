package org.opensearch.affinity.learn;

import org.apache.lucene.util.RamUsageEstimator;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Functions on matrices that are arrays of rows of equal length. */
public final class RowMatrix {
    private static final int MIN_CHUNK_SIZE = 512;
    private static final int MAX_CHUNKS = 64;
    private static final int MAX_CROSS_CHUNKS = 16;

    private RowMatrix() {}

    /** Returns rows of normally distributed numbers, which depend on the seed alone. */
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

    /** Returns the length of the rows, 0 without rows. */
    public static int width(float[][] rows) {
        return rows.length == 0 ? 0 : rows[0].length;
    }

    /** Returns copies of the columns {@code from} to {@code to - 1}. */
    public static float[][] columns(float[][] rows, int from, int to) {
        float[][] columns = new float[rows.length][];
        for (int i = 0; i < rows.length; i++) {
            columns[i] = Arrays.copyOfRange(rows[i], from, to);
        }
        return columns;
    }

    /** Adds a multiple of a row to another one. */
    public static void add(float factor, float[] row, float[] into) {
        for (int d = 0; d < into.length; d++) {
            into[d] += factor * row[d];
        }
    }

    /**
     * Returns {@code XᵀX} as its lower triangle: row d has d + 1 numbers. The rows are summed in at most 64 chunks, so the result
     * does not depend on the number of threads, nor the memory on the number of rows.
     */
    public static double[][] gram(float[][] rows, int dimension, ParallelFor parallel) {
        int chunkSize = Math.max(MIN_CHUNK_SIZE, Math.ceilDiv(rows.length, MAX_CHUNKS));
        float[][][] sums = new float[Math.ceilDiv(rows.length, chunkSize)][][];
        parallel.run(rows.length, chunkSize, ProgressListener.NONE, (from, to) -> {
            float[][] sum = triangle(dimension);
            for (int i = from; i < to; i++) {
                addOuter(1, rows[i], sum);
            }
            sums[from / chunkSize] = sum;
        });
        double[][] gram = new double[dimension][];
        for (int d = 0; d < dimension; d++) {
            gram[d] = new double[d + 1];
            for (float[][] sum : sums) {
                for (int e = 0; e <= d; e++) {
                    gram[d][e] += sum[d][e];
                }
            }
        }
        return gram;
    }

    /** Returns the most heap that {@link #gram} and {@link #cross} take for matrices of so many columns, in bytes. */
    public static long gramBytes(long dimension) {
        long sums = Math.max(MAX_CHUNKS / 2, MAX_CROSS_CHUNKS);
        return (sums * Float.BYTES + Double.BYTES) * dimension * dimension;
    }

    /**
     * Returns {@code AᵀB}, by column of A. The rows are summed in at most 16 chunks, so the result does not depend on the number of threads.
     *
     * @param b as many rows as {@code a}
     */
    public static double[][] cross(float[][] a, float[][] b, ParallelFor parallel) {
        int chunkSize = Math.max(MIN_CHUNK_SIZE, Math.ceilDiv(a.length, MAX_CROSS_CHUNKS));
        float[][][] sums = new float[Math.ceilDiv(a.length, chunkSize)][][];
        parallel.run(a.length, chunkSize, ProgressListener.NONE, (from, to) -> {
            float[][] sum = new float[width(a)][width(b)];
            for (int i = from; i < to; i++) {
                for (int d = 0; d < sum.length; d++) {
                    add(a[i][d], b[i], sum[d]);
                }
            }
            sums[from / chunkSize] = sum;
        });
        double[][] cross = new double[width(a)][width(b)];
        for (float[][] sum : sums) {
            for (int d = 0; d < cross.length; d++) {
                for (int e = 0; e < cross[d].length; e++) {
                    cross[d][e] += sum[d][e];
                }
            }
        }
        return cross;
    }

    /** Returns the lower triangle of a symmetric matrix of zeros. */
    public static float[][] triangle(int dimension) {
        float[][] triangle = new float[dimension][];
        for (int d = 0; d < dimension; d++) {
            triangle[d] = new float[d + 1];
        }
        return triangle;
    }

    /** Adds {@code factor · x xᵀ} to a lower triangle. */
    static void addOuter(float factor, float[] x, float[][] triangle) {
        for (int d = 0; d < triangle.length; d++) {
            add(factor * x[d], x, triangle[d]);
        }
    }

    /** Returns the heap that the rows take, in bytes. */
    public static long bytes(float[][] rows) {
        long bytes = RamUsageEstimator.shallowSizeOf(rows);
        for (float[] row : rows) {
            bytes += RamUsageEstimator.sizeOf(row);
        }
        return bytes;
    }
}
