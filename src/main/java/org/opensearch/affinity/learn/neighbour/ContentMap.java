package org.opensearch.affinity.learn.neighbour;

import org.apache.lucene.util.VectorUtil;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.CovarianceOps_DDRM;
import org.opensearch.affinity.learn.Neighbours;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.RowMatrix;

import java.util.Arrays;
import java.util.Objects;

/**
 * Estimates similarities to items without interactions from the items' content vectors. Ridge regression (Hoerl and Kennard,
 * Technometrics 12, 1970) of an item's similarities on the contents t of its neighbours j, in the way that Gantner et al.,
 * "Learning attribute-to-feature mappings for cold-start recommendations", ICDM'10, map attributes of new items:
 *
 * <pre>vector(h) = (TᵀT + λI)⁻¹ Σ_j similarity(h, j) t_j,   estimate of similarity(h, j) = vector(h) · t_j</pre>
 *
 * {@link RidgeSelection} chooses λ. Most similarities are 0 and estimates are means, so estimates are small. Immutable and
 * thread-safe.
 */
public final class ContentMap {
    /** With fewer items the choice of λ is unreliable. */
    private static final int MIN_ITEMS = 50;

    private final Neighbours neighbours;
    private final float[][] contents;
    private final float[][] inverse;
    private final Fit fit;

    /**
     * How well content explains similarities.
     *
     * @param items     number of items with neighbours and content
     * @param ridge     λ as a fraction of the mean eigenvalue; 0 if there are no estimates
     * @param explained the fraction of the squares of held-out similarities that the estimates explain, from 0 to 1
     */
    public record Fit(int items, double ridge, double explained) {}

    private ContentMap(Neighbours neighbours, float[][] contents, float[][] inverse, Fit fit) {
        this.neighbours = neighbours;
        this.contents = contents;
        this.inverse = inverse;
        this.fit = fit;
    }

    /**
     * Learns a map. It makes no estimates if fewer than 50 items have neighbours and content, or if its estimates are no better
     * than 0.
     *
     * @param contents unit vectors of one dimension, by item; null for an item without content; kept, not copied
     */
    public static ContentMap learn(Neighbours neighbours, float[][] contents, ParallelFor parallel, ProgressListener progress) {
        float[][] known = ofKnownItems(neighbours, contents);
        float[][] rows = withoutNulls(known);
        ContentMap withoutEstimates = new ContentMap(neighbours, known, new float[0][], new Fit(rows.length, 0, 0));
        if (rows.length < MIN_ITEMS) {
            return withoutEstimates;
        }
        RidgeSelection selection = RidgeSelection.choose(neighbours, known, parallel, progress.part(0, 0.7));
        if (selection.explained() <= 0) {
            return withoutEstimates;
        }
        DMatrixRMaj gram = symmetric(RowMatrix.gram(rows, RowMatrix.width(rows), parallel));
        progress.at(0.9);
        float[][] inverse = inverse(gram, selection.ridge() * CommonOps_DDRM.trace(gram) / gram.getNumRows());
        progress.at(1);
        return new ContentMap(neighbours, known, inverse, new Fit(rows.length, selection.ridge(), selection.explained()));
    }

    /** Returns the contents of the items that have neighbours or are neighbours; null for all others. */
    private static float[][] ofKnownItems(Neighbours neighbours, float[][] contents) {
        float[][] known = new float[contents.length][];
        neighbours.known().stream().forEach(item -> known[item] = contents[item]);
        return known;
    }

    static float[][] withoutNulls(float[][] rows) {
        return Arrays.stream(rows).filter(Objects::nonNull).toArray(float[][]::new);
    }

    /** Returns {@code Σ_j similarity(item, j) t_j} over the neighbours with content. */
    static float[] weightedSum(Neighbours neighbours, int item, float[][] contents, int dimension) {
        float[] sum = new float[dimension];
        for (int rank = 0; rank < neighbours.size(item); rank++) {
            float[] content = contents[neighbours.neighbour(item, rank)];
            if (content != null) {
                RowMatrix.add(neighbours.similarity(item, rank), content, sum);
            }
        }
        return sum;
    }

    static DMatrixRMaj symmetric(double[][] lowerTriangle) {
        DMatrixRMaj matrix = new DMatrixRMaj(lowerTriangle.length, lowerTriangle.length);
        for (int d = 0; d < lowerTriangle.length; d++) {
            for (int e = 0; e <= d; e++) {
                matrix.set(d, e, lowerTriangle[d][e]);
                matrix.set(e, d, lowerTriangle[d][e]);
            }
        }
        return matrix;
    }

    /** Returns {@code (gram + λI)⁻¹}. Overwrites the matrix. */
    private static float[][] inverse(DMatrixRMaj gram, double lambda) {
        int n = gram.getNumRows();
        for (int d = 0; d < n; d++) {
            gram.add(d, d, lambda);
        }
        DMatrixRMaj inverse = new DMatrixRMaj(n, n);
        if (CovarianceOps_DDRM.invert(gram, inverse) == false) {
            throw new IllegalStateException("a Gram matrix with [" + n + "] rows and a ridge of [" + lambda + "] is not invertible");
        }
        float[][] rows = new float[n][n];
        for (int d = 0; d < n; d++) {
            for (int e = 0; e < n; e++) {
                rows[d][e] = (float) inverse.get(d, e);
            }
        }
        return rows;
    }

    public Fit fit() {
        return fit;
    }

    /**
     * Returns the vector whose dot product with another item's content estimates the similarity of the two. The vector
     * may have any length. It is empty if there are no estimates or if no neighbour has content. It is learned without the item's
     * own row: an item is never its own neighbour, and that must not lower the estimates for similar items.
     */
    public float[] vector(int item) {
        float[] sum = weightedSum(neighbours, item, contents, inverse.length);
        if (inverse.length == 0 || VectorUtil.dotProduct(sum, sum) == 0) {
            return new float[0];
        }
        float[] vector = timesInverse(sum);
        float[] own = contents[item];
        if (own != null) {
            // Removes the item's row from TᵀT (Sherman and Morrison, 1950).
            float[] ownSolution = timesInverse(own);
            float factor = VectorUtil.dotProduct(own, vector) / (1 - VectorUtil.dotProduct(own, ownSolution));
            RowMatrix.add(factor, ownSolution, vector);
        }
        return vector;
    }

    private float[] timesInverse(float[] vector) {
        float[] product = new float[vector.length];
        for (int d = 0; d < vector.length; d++) {
            RowMatrix.add(vector[d], inverse[d], product);
        }
        return product;
    }
}
