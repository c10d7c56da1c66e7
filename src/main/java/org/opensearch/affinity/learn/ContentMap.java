package org.opensearch.affinity.learn;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;

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
    private final int known;
    private final double ridge;
    private final double explained;

    private ContentMap(Neighbours neighbours, float[][] contents, float[][] inverse, int known, double ridge, double explained) {
        this.neighbours = neighbours;
        this.contents = contents;
        this.inverse = inverse;
        this.known = known;
        this.ridge = ridge;
        this.explained = explained;
    }

    /**
     * Learns that content says nothing where there are fewer than 50 items, or where it estimates worse than 0 does.
     *
     * @param contents unit vectors of one dimension, by item; null for an item without; kept, not copied
     */
    public static ContentMap learn(Neighbours neighbours, float[][] contents, Crew crew, Watch watch) {
        float[][] known = known(neighbours, contents);
        float[][] rows = Arrays.stream(known).filter(row -> row != null).toArray(float[][]::new);
        ContentMap none = new ContentMap(neighbours, known, new float[0][], rows.length, 0, 0);
        if (rows.length < LEAST_ITEMS) {
            return none;
        }
        Trial best = best(neighbours, known, crew, watch.part(0, 0.7));
        if (best.explained <= 0) {
            return none;
        }
        Spectrum spectrum = Spectrum.of(Rows.gram(rows, Rows.width(rows), crew));
        watch.at(1);
        float[][] inverse = inverse(spectrum, best.ridge * mean(spectrum));
        return new ContentMap(neighbours, known, inverse, rows.length, best.ridge, best.explained);
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
    private static Trial best(Neighbours neighbours, float[][] known, Crew crew, Watch watch) {
        float[][] kept = fold(known, false);
        float[][] held = fold(known, true);
        float[][] keptRows = Arrays.stream(kept).filter(row -> row != null).toArray(float[][]::new);
        float[][] heldRows = Arrays.stream(held).filter(row -> row != null).toArray(float[][]::new);
        int dimension = Rows.width(keptRows);
        Spectrum spectrum = Spectrum.of(Rows.gram(keptRows, dimension, crew));
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
        double[][] products = Rows.gram(near, dimension, crew);
        DMatrixRMaj others = turned(spectrum, Rows.gram(heldRows, dimension, crew));
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
    private static double taken(Spectrum spectrum, double lambda, double[] cross, double[][] products, DMatrixRMaj others) {
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

    private static double mean(Spectrum spectrum) {
        return Arrays.stream(spectrum.values()).sum() / spectrum.values().length;
    }

    /** {@code Σ_j similarity(item, j) t_j} */
    private static float[] sum(Neighbours neighbours, int item, float[][] contents, int dimension) {
        float[] sum = new float[dimension];
        for (int rank = 0; rank < neighbours.size(item); rank++) {
            float[] content = contents[neighbours.neighbour(item, rank)];
            if (content != null) {
                Rows.add(neighbours.similarity(item, rank), content, sum);
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
    private static float[] turned(Spectrum spectrum, float[] vector) {
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
    private static DMatrixRMaj turned(Spectrum spectrum, double[][] triangle) {
        int n = triangle.length;
        DMatrixRMaj matrix = new DMatrixRMaj(n, n);
        for (int d = 0; d < n; d++) {
            for (int e = 0; e <= d; e++) {
                matrix.set(d, e, triangle[d][e]);
                matrix.set(e, d, triangle[d][e]);
            }
        }
        DMatrixRMaj vectors = new DMatrixRMaj(spectrum.vectors());
        DMatrixRMaj half = new DMatrixRMaj(n, n);
        CommonOps_DDRM.mult(vectors, matrix, half);
        CommonOps_DDRM.multTransB(half, vectors, matrix);
        return matrix;
    }

    private static float[][] inverse(Spectrum spectrum, double lambda) {
        int n = spectrum.values().length;
        DMatrixRMaj vectors = new DMatrixRMaj(spectrum.vectors());
        DMatrixRMaj scaled = vectors.copy();
        double[] factors = Arrays.stream(spectrum.values()).map(value -> 1 / (Math.max(0, value) + lambda)).toArray();
        CommonOps_DDRM.multRows(factors, scaled);
        DMatrixRMaj inverse = new DMatrixRMaj(n, n);
        CommonOps_DDRM.multTransA(vectors, scaled, inverse);
        float[][] rows = new float[n][n];
        for (int d = 0; d < n; d++) {
            for (int e = 0; e < n; e++) {
                rows[d][e] = (float) inverse.get(d, e);
            }
        }
        return rows;
    }

    /** Of how many items the content took part. */
    public int items() {
        return known;
    }

    /** λ in parts of the mean eigenvalue; 0 where content says nothing. */
    public double ridge() {
        return ridge;
    }

    /** From 0 to 1: the part of the squares of held-out similarities that estimates took away. */
    public double explained() {
        return explained;
    }

    /** What makes estimates of an item's similarities, times the content of others. Empty where content says nothing. */
    public float[] vector(int item) {
        float[] vector = new float[inverse.length];
        if (inverse.length > 0 && neighbours.size(item) > 0) {
            float[] sum = sum(neighbours, item, contents, inverse.length);
            for (int d = 0; d < vector.length; d++) {
                Rows.add(sum[d], inverse[d], vector);
            }
        }
        return vector;
    }
}
