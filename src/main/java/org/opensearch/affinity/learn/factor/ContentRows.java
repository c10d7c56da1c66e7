package org.opensearch.affinity.learn.factor;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.learn.Eigenpairs;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.RowMatrix;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Estimates the vector of an item that nobody took from its content vector t, by ridge regression of the vectors V of known items on their
 * contents T, in the way of Gantner et al., "Learning attribute-to-feature mappings for cold-start recommendations", ICDM'10:
 * {@code vector ≈ Wᵀ t, W = (TᵀT + λI)⁻¹ TᵀV}. The ridge λ is the one that estimates every fifth item best from the others.
 *
 * @param weights   W by column: for each dimension of the vectors, as many numbers as contents have; empty if there are no estimates
 * @param unit      whether vectors have length 1, and so estimates
 * @param items     number of items that it was learned from
 * @param ridge     λ as a fraction of the mean eigenvalue of {@code TᵀT}; 0 if no regression made the estimates
 * @param explained the fraction of the squares of vectors that the estimates explain, at most 1; of held-out ones after a regression
 */
public record ContentRows(float[][] weights, boolean unit, int items, double ridge, double explained) {
    /** With fewer items the choice of λ is unreliable. */
    private static final int MIN_ITEMS = 50;
    private static final int FOLDS = 5;
    private static final int MAX_VALIDATED = 2_000;
    /** Fractions of the mean eigenvalue, so that they fit any number of items. */
    private static final double[] RIDGES = { 0.0001, 0.001, 0.01, 0.1, 1, 10 };

    /** A regression whose ridge is still open: the eigenpairs of {@code TᵀT}, and {@code QᵀTᵀV} for the eigenvectors Q. */
    private record Regression(Eigenpairs eigenpairs, double[][] projected) {
        static Regression of(float[][] contents, float[][] vectors, ParallelFor parallel) {
            Eigenpairs eigenpairs = Eigenpairs.of(RowMatrix.gram(contents, RowMatrix.width(contents), parallel));
            double[][] cross = RowMatrix.cross(contents, vectors, parallel);
            double[][] projected = new double[cross.length][RowMatrix.width(vectors)];
            parallel.run(cross.length, 1, ProgressListener.NONE, (from, to) -> {
                for (int e = from; e < to; e++) {
                    for (int d = 0; d < cross.length; d++) {
                        double component = eigenpairs.vectors()[e][d];
                        for (int v = 0; v < projected[e].length; v++) {
                            projected[e][v] += component * cross[d][v];
                        }
                    }
                }
            });
            return new Regression(eigenpairs, projected);
        }

        double meanEigenvalue() {
            return Arrays.stream(eigenpairs.values()).average().orElse(0);
        }

        /** Returns W by column. */
        float[][] weights(double lambda) {
            int width = projected.length == 0 ? 0 : projected[0].length;
            float[][] columns = new float[width][projected.length];
            for (int e = 0; e < projected.length; e++) {
                double factor = 1 / (Math.max(0, eigenpairs.values()[e]) + lambda);
                double[] vector = eigenpairs.vectors()[e];
                for (int v = 0; v < width; v++) {
                    double scaled = factor * projected[e][v];
                    for (int d = 0; d < vector.length; d++) {
                        columns[v][d] += (float) (scaled * vector[d]);
                    }
                }
            }
            return columns;
        }
    }

    /**
     * Learns a map. It makes no estimates if fewer than 50 items have a vector and content, or if its estimates are no better than 0.
     *
     * @param vectors  by item; null for an item to leave out
     * @param contents unit vectors of one dimension, by item; null for an item without content
     */
    public static ContentRows learn(float[][] vectors, float[][] contents, ParallelFor parallel, ProgressListener progress) {
        int[] known = IntStream.range(0, vectors.length).filter(item -> vectors[item] != null && contents[item] != null).toArray();
        if (known.length < MIN_ITEMS || RowMatrix.width(rows(known, vectors)) == 0) {
            return new ContentRows(new float[0][], false, known.length, 0, 0);
        }
        int[] training = IntStream.range(0, known.length).filter(i -> i % FOLDS != 0).map(i -> known[i]).toArray();
        int[] heldOut = IntStream.range(0, known.length).filter(i -> i % FOLDS == 0).map(i -> known[i]).limit(MAX_VALIDATED).toArray();
        Regression ofTraining = Regression.of(rows(training, contents), rows(training, vectors), parallel);
        progress.at(0.4);
        double[] explained = new double[RIDGES.length];
        parallel.run(RIDGES.length, 1, progress.part(0.4, 0.6), (from, to) -> {
            for (int i = from; i < to; i++) {
                float[][] weights = ofTraining.weights(RIDGES[i] * ofTraining.meanEigenvalue());
                explained[i] = explained(new ContentRows(weights, false, 0, 0, 0), heldOut, contents, vectors);
            }
        });
        int best = IntStream.range(0, RIDGES.length).reduce(0, (a, b) -> explained[b] > explained[a] ? b : a);
        if (explained[best] > 0 == false) {
            return new ContentRows(new float[0][], false, known.length, 0, 0);
        }
        Regression ofAll = Regression.of(rows(known, contents), rows(known, vectors), parallel);
        progress.at(1);
        return new ContentRows(ofAll.weights(RIDGES[best] * ofAll.meanEigenvalue()), false, known.length, RIDGES[best], explained[best]);
    }

    /**
     * Returns a map that was learned together with the vectors.
     *
     * @param map  by dimension of the vectors
     * @param unit whether vectors have length 1
     */
    public static ContentRows learned(float[][] map, boolean unit, float[][] vectors, float[][] contents) {
        int[] known = IntStream.range(0, vectors.length).filter(item -> vectors[item] != null && contents[item] != null).toArray();
        double explained = explained(new ContentRows(map, unit, 0, 0, 0), known, contents, vectors);
        return new ContentRows(map, unit, known.length, 0, explained);
    }

    /** Returns the estimated vector of an item; only if there are estimates. */
    public float[] estimate(float[] content) {
        float[] vector = new float[weights.length];
        for (int d = 0; d < vector.length; d++) {
            vector[d] = VectorUtil.dotProduct(weights[d], content);
        }
        return unit ? VectorUtil.l2normalize(vector, false) : vector;
    }

    private static float[][] rows(int[] items, float[][] of) {
        return Arrays.stream(items).mapToObj(item -> of[item]).toArray(float[][]::new);
    }

    private static double explained(ContentRows rows, int[] items, float[][] contents, float[][] vectors) {
        double errors = 0;
        double squares = 0;
        for (int item : items) {
            float[] estimate = rows.estimate(contents[item]);
            errors += VectorUtil.squareDistance(estimate, vectors[item]);
            squares += VectorUtil.dotProduct(vectors[item], vectors[item]);
        }
        return squares > 0 ? 1 - errors / squares : 0;
    }
}
