package org.opensearch.affinity.learn.neighbour;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.opensearch.affinity.learn.Eigenpairs;
import org.opensearch.affinity.learn.Neighbours;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.RowMatrix;

import java.util.Arrays;

/**
 * Chooses the ridge λ of a {@link ContentMap} by validation on every fifth item, whose similarities are held out. All candidates
 * are evaluated in one pass: with the eigenvalues l of the training items' Gram matrix, and in the basis of its eigenvectors the
 * sums b over training neighbours and c over held-out neighbours of an item h, the squared error is
 * {@code Σ s² - 2 Σ_h Σ_i b_i c_i / (l_i + λ) + Σ_h gᵀ F g}, where {@code g_i = b_i / (l_i + λ)} and F is the Gram matrix of the
 * held-out items.
 *
 * @param ridge     λ as a fraction of the mean eigenvalue; 0 if no candidate is better than estimating 0
 * @param explained the fraction of the squares of held-out similarities that the estimates explain, from 0 to 1
 */
record RidgeSelection(double ridge, double explained) {
    private static final int FOLDS = 5;
    /** Number of items whose similarities are validated, about. */
    private static final int SAMPLED_ITEMS = 2_000;
    /** Fractions of the mean eigenvalue, so that they fit any number of items. */
    private static final double[] CANDIDATES = { 0.0001, 0.001, 0.01, 0.1, 1, 10 };
    private static final int ITEMS_PER_CHUNK = 64;

    /**
     * The similarities of some items, in the basis of the eigenvectors.
     *
     * @param training by sampled item, the sum of similarity times content over its training neighbours
     * @param heldOut  the same over its held-out neighbours
     * @param squares  by sampled item, the sum of the squares of its similarities to held-out neighbours
     */
    private record Sample(float[][] training, float[][] heldOut, double[] squares) {}

    /** @param contents unit vectors by item; null for an item that is not used */
    static RidgeSelection choose(Neighbours neighbours, float[][] contents, ParallelFor parallel, ProgressListener progress) {
        float[][] training = fold(contents, false);
        float[][] heldOut = fold(contents, true);
        float[][] trainingRows = ContentMap.withoutNulls(training);
        int dimension = RowMatrix.width(trainingRows);
        double[][] gram = RowMatrix.gram(trainingRows, dimension, parallel);
        progress.at(0.1);
        Eigenpairs eigenpairs = Eigenpairs.of(gram);
        progress.at(0.4);
        Sample sample = sample(neighbours, training, heldOut, eigenpairs, parallel, progress.part(0.4, 0.8));
        double[][] products = RowMatrix.gram(sample.training, dimension, parallel);
        progress.at(0.9);
        DMatrixRMaj heldOutGram = rotated(eigenpairs, RowMatrix.gram(ContentMap.withoutNulls(heldOut), dimension, parallel));
        double[] crossProducts = crossProducts(sample, dimension);
        double squares = Arrays.stream(sample.squares).sum();
        double meanEigenvalue = Arrays.stream(eigenpairs.values()).sum() / dimension;
        RidgeSelection best = new RidgeSelection(0, 0);
        for (double candidate : CANDIDATES) {
            double explained = explainedSquares(eigenpairs, candidate * meanEigenvalue, crossProducts, products, heldOutGram);
            if (explained > best.explained * squares) {
                best = new RidgeSelection(candidate, explained / squares);
            }
        }
        return best;
    }

    /** Returns the contents of the held-out items, or of all others; null for the rest. */
    private static float[][] fold(float[][] contents, boolean heldOut) {
        float[][] fold = new float[contents.length][];
        int number = 0;
        for (int item = 0; item < contents.length; item++) {
            if (contents[item] != null && (number++ % FOLDS == 0) == heldOut) {
                fold[item] = contents[item];
            }
        }
        return fold;
    }

    private static Sample sample(
        Neighbours neighbours,
        float[][] training,
        float[][] heldOut,
        Eigenpairs eigenpairs,
        ParallelFor parallel,
        ProgressListener progress
    ) {
        int dimension = eigenpairs.values().length;
        int step = Math.ceilDiv(training.length, SAMPLED_ITEMS);
        int size = Math.ceilDiv(training.length, step);
        Sample sample = new Sample(new float[size][], new float[size][], new double[size]);
        parallel.run(size, ITEMS_PER_CHUNK, progress, (from, to) -> {
            for (int i = from; i < to; i++) {
                sample.training[i] = rotated(eigenpairs, ContentMap.weightedSum(neighbours, i * step, training, dimension));
                sample.heldOut[i] = rotated(eigenpairs, ContentMap.weightedSum(neighbours, i * step, heldOut, dimension));
                sample.squares[i] = squares(neighbours, i * step, heldOut);
            }
        });
        return sample;
    }

    private static double squares(Neighbours neighbours, int item, float[][] contents) {
        double squares = 0;
        for (int rank = 0; rank < neighbours.size(item); rank++) {
            if (contents[neighbours.neighbour(item, rank)] != null) {
                squares += Math.pow(neighbours.similarity(item, rank), 2);
            }
        }
        return squares;
    }

    /** {@code Σ_h b_i c_i} by dimension i. */
    private static double[] crossProducts(Sample sample, int dimension) {
        double[] products = new double[dimension];
        for (int i = 0; i < sample.training.length; i++) {
            for (int d = 0; d < dimension; d++) {
                products[d] += (double) sample.training[i][d] * sample.heldOut[i][d];
            }
        }
        return products;
    }

    /** Returns the sum of squares less the squared error. */
    private static double explainedSquares(
        Eigenpairs eigenpairs,
        double lambda,
        double[] crossProducts,
        double[][] products,
        DMatrixRMaj heldOutGram
    ) {
        double explained = 0;
        for (int d = 0; d < crossProducts.length; d++) {
            double factor = 1 / (Math.max(0, eigenpairs.values()[d]) + lambda);
            explained += 2 * factor * crossProducts[d];
            for (int e = 0; e <= d; e++) {
                double product = factor * products[d][e] * heldOutGram.get(d, e) / (Math.max(0, eigenpairs.values()[e]) + lambda);
                explained -= d == e ? product : 2 * product;
            }
        }
        return explained;
    }

    /** Returns a vector in the basis of the eigenvectors. */
    private static float[] rotated(Eigenpairs eigenpairs, float[] vector) {
        float[] rotated = new float[vector.length];
        for (int e = 0; e < rotated.length; e++) {
            double sum = 0;
            for (int d = 0; d < vector.length; d++) {
                sum += eigenpairs.vectors()[e][d] * vector[d];
            }
            rotated[e] = (float) sum;
        }
        return rotated;
    }

    /** Returns a symmetric matrix in the basis of the eigenvectors. */
    private static DMatrixRMaj rotated(Eigenpairs eigenpairs, double[][] lowerTriangle) {
        DMatrixRMaj matrix = ContentMap.symmetric(lowerTriangle);
        DMatrixRMaj vectors = new DMatrixRMaj(eigenpairs.vectors());
        DMatrixRMaj product = new DMatrixRMaj(lowerTriangle.length, lowerTriangle.length);
        CommonOps_DDRM.mult(vectors, matrix, product);
        CommonOps_DDRM.multTransB(product, vectors, matrix);
        return matrix;
    }
}
