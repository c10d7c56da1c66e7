package org.opensearch.affinity.learn.neighbour;

import org.apache.lucene.util.VectorUtil;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.CovarianceOps_DDRM;
import org.opensearch.affinity.learn.Eigenpairs;
import org.opensearch.affinity.learn.Neighbours;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.RowMatrix;

import java.util.Arrays;

/**
 * What goes with an item, told by content: for items that nobody took yet, of which neighbours say nothing. Ridge regression
 * (Hoerl and Kennard, Technometrics 12, 1970) of an item's similarities on the contents t of the items j that they are with, as
 * attributes are mapped for new items by Gantner et al., "Learning attribute-to-feature mappings for cold-start recommendations",
 * ICDM'10:
 *
 * <pre>vector(h) = (TᵀT + λI)⁻¹ Σ_j similarity(h, j) t_j,   estimate of similarity(h, j) = vector(h) · t_j</pre>
 *
 * λ is what estimates best for a fifth of the items that takes no part. Most similarities are 0, so estimates are small: they are
 * means, which is what can be said of an item like others. Immutable; any thread may use it.
 */
public final class ContentMap {
    /** With fewer items nothing can be held out that would tell. */
    private static final int LEAST_ITEMS = 50;
    private static final int HELD_OUT = 5;
    /** Items whose similarities tell which λ is best. */
    private static final int TRIED = 2_000;
    /** In parts of the mean eigenvalue, so that they suit any number of items. */
    private static final double[] RIDGES = { 0.0001, 0.001, 0.01, 0.1, 1, 10 };
    private static final int SLICE = 64;

    private final Neighbours neighbours;
    private final float[][] contents;
    private final float[][] inverse;
    private final Told told;

    /**
     * Of what a map was learned.
     *
     * @param items     whose content took part
     * @param ridge     λ in parts of the mean eigenvalue; 0 where content says nothing
     * @param explained from 0 to 1: the part of the squares of held-out similarities that estimates took away
     */
    public record Told(int items, double ridge, double explained) {}

    private ContentMap(Neighbours neighbours, float[][] contents, float[][] inverse, Told told) {
        this.neighbours = neighbours;
        this.contents = contents;
        this.inverse = inverse;
        this.told = told;
    }

    /**
     * Learns that content says nothing where there are fewer than 50 items, or where it estimates worse than 0 does.
     *
     * @param contents unit vectors of one dimension, by item; null for an item without; kept, not copied
     */
    public static ContentMap learn(Neighbours neighbours, float[][] contents, ParallelFor crew, ProgressListener watch) {
        float[][] known = known(neighbours, contents);
        float[][] rows = Arrays.stream(known).filter(row -> row != null).toArray(float[][]::new);
        ContentMap none = new ContentMap(neighbours, known, new float[0][], new Told(rows.length, 0, 0));
        if (rows.length < LEAST_ITEMS) {
            return none;
        }
        Trial best = best(neighbours, known, crew, watch.part(0, 0.7));
        if (best.explained <= 0) {
            return none;
        }
        DMatrixRMaj gram = matrix(RowMatrix.gram(rows, RowMatrix.width(rows), crew));
        watch.at(0.9);
        float[][] inverse = inverse(gram, best.ridge * CommonOps_DDRM.trace(gram) / gram.getNumRows());
        watch.at(1);
        return new ContentMap(neighbours, known, inverse, new Told(rows.length, best.ridge, best.explained));
    }

    /** Contents of the items of whose similarities something is known. */
    private static float[][] known(Neighbours neighbours, float[][] contents) {
        float[][] known = new float[contents.length][];
        neighbours.known().stream().forEach(item -> known[item] = contents[item]);
        return known;
    }

    /** @param explained part of the squares of held-out similarities that estimates take away */
    private record Trial(double ridge, double explained) {}

    /**
     * Tries all λ at once: with eigenvalues l of what remains, in the basis of its eigenvectors, with the sums b of what remains and
     * c of what was held out, the squared errors are {@code Σ s² - 2 Σ_h Σ_i b_i c_i / (l_i + λ) + Σ_h gᵀ F g}, g being
     * {@code b_i / (l_i + λ)} and F the Gram matrix of what was held out.
     */
    private static Trial best(Neighbours neighbours, float[][] known, ParallelFor crew, ProgressListener watch) {
        float[][] kept = fold(known, false);
        float[][] held = fold(known, true);
        float[][] keptRows = Arrays.stream(kept).filter(row -> row != null).toArray(float[][]::new);
        float[][] heldRows = Arrays.stream(held).filter(row -> row != null).toArray(float[][]::new);
        int dimension = RowMatrix.width(keptRows);
        double[][] gram = RowMatrix.gram(keptRows, dimension, crew);
        watch.at(0.1);
        Eigenpairs spectrum = Eigenpairs.of(gram);
        watch.at(0.4);
        int step = Math.ceilDiv(known.length, TRIED);
        int tried = Math.ceilDiv(known.length, step);
        float[][] near = new float[tried][];
        float[][] far = new float[tried][];
        double[] squares = new double[tried];
        crew.share(tried, SLICE, watch.part(0.4, 0.8), (from, to) -> {
            for (int i = from; i < to; i++) {
                near[i] = turned(spectrum, sum(neighbours, i * step, kept, dimension));
                far[i] = turned(spectrum, sum(neighbours, i * step, held, dimension));
                squares[i] = squares(neighbours, i * step, held);
            }
        });
        double[] cross = new double[dimension];
        for (int i = 0; i < tried; i++) {
            for (int d = 0; d < dimension; d++) {
                cross[d] += (double) near[i][d] * far[i][d];
            }
        }
        double[][] products = RowMatrix.gram(near, dimension, crew);
        watch.at(0.9);
        DMatrixRMaj others = turned(spectrum, RowMatrix.gram(heldRows, dimension, crew));
        double all = Arrays.stream(squares).sum();
        Trial best = new Trial(0, 0);
        for (double ridge : RIDGES) {
            double taken = taken(spectrum, ridge * mean(spectrum), cross, products, others);
            if (taken > best.explained * all) {
                best = new Trial(ridge, taken / all);
            }
        }
        return best;
    }

    /** What estimates take away of the squares. */
    private static double taken(Eigenpairs spectrum, double lambda, double[] cross, double[][] products, DMatrixRMaj others) {
        double taken = 0;
        for (int d = 0; d < cross.length; d++) {
            double factor = 1 / (Math.max(0, spectrum.values()[d]) + lambda);
            taken += 2 * factor * cross[d];
            for (int e = 0; e <= d; e++) {
                double both = factor * products[d][e] * others.get(d, e) / (Math.max(0, spectrum.values()[e]) + lambda);
                taken -= d == e ? both : 2 * both;
            }
        }
        return taken;
    }

    private static float[][] fold(float[][] known, boolean heldOut) {
        float[][] part = new float[known.length][];
        int number = 0;
        for (int item = 0; item < known.length; item++) {
            if (known[item] != null && (number++ % HELD_OUT == 0) == heldOut) {
                part[item] = known[item];
            }
        }
        return part;
    }

    private static double mean(Eigenpairs spectrum) {
        return Arrays.stream(spectrum.values()).sum() / spectrum.values().length;
    }

    /** {@code Σ_j similarity(item, j) t_j} */
    private static float[] sum(Neighbours neighbours, int item, float[][] contents, int dimension) {
        float[] sum = new float[dimension];
        for (int rank = 0; rank < neighbours.size(item); rank++) {
            float[] content = contents[neighbours.neighbour(item, rank)];
            if (content != null) {
                RowMatrix.add(neighbours.similarity(item, rank), content, sum);
            }
        }
        return sum;
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

    /** A vector in the basis of the eigenvectors. */
    private static float[] turned(Eigenpairs spectrum, float[] vector) {
        float[] turned = new float[vector.length];
        for (int e = 0; e < turned.length; e++) {
            double sum = 0;
            for (int d = 0; d < vector.length; d++) {
                sum += spectrum.vectors()[e][d] * vector[d];
            }
            turned[e] = (float) sum;
        }
        return turned;
    }

    /** A symmetric matrix in that basis. */
    private static DMatrixRMaj turned(Eigenpairs spectrum, double[][] triangle) {
        DMatrixRMaj matrix = matrix(triangle);
        DMatrixRMaj vectors = new DMatrixRMaj(spectrum.vectors());
        DMatrixRMaj half = new DMatrixRMaj(triangle.length, triangle.length);
        CommonOps_DDRM.mult(vectors, matrix, half);
        CommonOps_DDRM.multTransB(half, vectors, matrix);
        return matrix;
    }

    private static DMatrixRMaj matrix(double[][] triangle) {
        DMatrixRMaj matrix = new DMatrixRMaj(triangle.length, triangle.length);
        for (int d = 0; d < triangle.length; d++) {
            for (int e = 0; e <= d; e++) {
                matrix.set(d, e, triangle[d][e]);
                matrix.set(e, d, triangle[d][e]);
            }
        }
        return matrix;
    }

    private static float[][] inverse(DMatrixRMaj gram, double lambda) {
        int n = gram.getNumRows();
        for (int d = 0; d < n; d++) {
            gram.add(d, d, lambda);
        }
        DMatrixRMaj inverse = new DMatrixRMaj(n, n);
        if (CovarianceOps_DDRM.invert(gram, inverse) == false) {
            throw new IllegalStateException("a ridge of " + lambda + " does not make a matrix of " + n + " rows invertible");
        }
        float[][] rows = new float[n][n];
        for (int d = 0; d < n; d++) {
            for (int e = 0; e < n; e++) {
                rows[d][e] = (float) inverse.get(d, e);
            }
        }
        return rows;
    }

    public Told told() {
        return told;
    }

    /**
     * What makes estimates of an item's similarities, times the content of others. The item itself takes no part: that nobody takes
     * it beside itself says nothing of items like it. Empty where nothing is known.
     */
    public float[] vector(int item) {
        float[] sum = sum(neighbours, item, contents, inverse.length);
        if (inverse.length == 0 || VectorUtil.dotProduct(sum, sum) == 0) {
            return new float[0];
        }
        float[] vector = times(sum);
        float[] own = contents[item];
        if (own != null) {
            // As if its row had not been there (Sherman and Morrison, 1950).
            float[] without = times(own);
            float factor = VectorUtil.dotProduct(own, vector) / (1 - VectorUtil.dotProduct(own, without));
            RowMatrix.add(factor, without, vector);
        }
        return vector;
    }

    /** The inverse times a vector. */
    private float[] times(float[] vector) {
        float[] product = new float[vector.length];
        for (int d = 0; d < vector.length; d++) {
            RowMatrix.add(vector[d], inverse[d], product);
        }
        return product;
    }
}
