package org.opensearch.affinity.learn.factor;

import org.opensearch.affinity.learn.CoordinateSearch;
import org.opensearch.affinity.learn.Eigenpairs;
import org.opensearch.affinity.learn.Factors;
import org.opensearch.affinity.learn.Hyperparameter;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.ItemColumns;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.RowMatrix;
import org.opensearch.affinity.learn.WeightedSum;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A low-pass filter of the graph of users and items, a closed form of graph convolution. With the degrees D of users and items,
 * {@code R = D_U^-user/2 A D_I^-½}, and its leading singular values S and right singular vectors V,
 *
 * <pre>scores = A · D_I^-from V S^2·damping Vᵀ D_I^½</pre>
 *
 * so the vector of an item of degree d is {@code d^½ S^damping v}, and the item adds {@code d^-from S^damping v} to a user, which has the same
 * direction: a model in a node keeps one row of both. The exponents are those of {@link
 * org.opensearch.affinity.learn.neighbour.Neighbourhood}. With user 1, from ½ and damping 0 it is the ideal low-pass filter of GF-CF (Shen et al., "How powerful is graph convolution for recommendation?", CIKM'21), with damping 1 the linear
 * filter of the same paper, without its high frequencies; in between, high frequencies pass weakly. LightGCN (He et al., SIGIR'20)
 * approximates the same filter by gradient descent over hundreds of epochs. V is computed by subspace iteration from random vectors
 * (Halko et al., "Finding structure with randomness", 2011, algorithm 4.4). {@link #bytes} says how much heap learning takes.
 *
 * @param dimension    number of singular vectors, at least 1; less if R has fewer
 * @param damping      how much less high frequencies count, at least 0
 * @param userExponent discounts users with many interactions, from -4 to 4
 * @param fromExponent discounts popular items of the history, from -4 to 4
 * @param recencyDecay of histories when a user is encoded, above 0, at most 1
 * @param seed         of the initial vectors
 * @param spectrum     to learn from where it is that of the interactions; null for none
 */
public record LowPass(
    int dimension,
    double damping,
    double userExponent,
    double fromExponent,
    double recencyDecay,
    long seed,
    Spectrum spectrum
) implements FactorMethod {
    /**
     * The leading singular vectors and values of R, from which methods with other settings learn without computing them again.
     *
     * @param interactions of which they are
     * @param userExponent of R
     * @param vectors      by item, an element of each vector
     * @param values       squared singular values, largest first
     */
    public record Spectrum(InteractionMatrix interactions, double userExponent, float[][] vectors, double[] values) {}

    /** The most dimensions that are tried. */
    public static final int MAX_DIMENSION = 768;
    /** Additional vectors, which let the wanted ones converge. */
    private static final int OVERSAMPLING = 16;
    private static final int ITERATIONS = 5;
    /** A filter that passes all directions of a small matrix changes nothing: it knows no item but those of the history. */
    private static final int MIN_ROWS_PER_DIMENSION = 4;
    /** Columns that are multiplied by the graph at a time, so that users need few numbers each. */
    private static final int COLUMNS_PER_BLOCK = 128;
    /** The singular vectors of one exponent, and the three arrays that those of another one take. */
    private static final int ITEM_ARRAYS = 4;
    private static final int ROWS_PER_CHUNK = 256;
    private static final int MAX_EXPONENT = 4;
    /** Exponents of users' degrees to choose from. */
    public static final List<Double> USER_EXPONENTS = List.of(1.0, 0.8, 0.6, 0.4);
    /** To choose from, ascending. */
    private static final int[] DIMENSIONS = { 64, 128, 256, 512, MAX_DIMENSION };
    /** Squared singular values below this fraction of the largest are rounding errors. */
    private static final double MIN_EIGENVALUE = 1e-6;

    /** @throws IllegalArgumentException if a setting is out of range */
    public LowPass {
        if (dimension < 1 || damping >= 0 == false || recencyDecay > 0 == false || recencyDecay > 1) {
            throw new IllegalArgumentException(
                "[dimension] must be at least 1, [damping] at least 0, [recencyDecay] above 0 and at most 1, got [" + dimension + "], ["
                    + damping + "], [" + recencyDecay + "]"
            );
        }
        if (Math.abs(userExponent) <= MAX_EXPONENT == false || Math.abs(fromExponent) <= MAX_EXPONENT == false) {
            throw new IllegalArgumentException(
                "[userExponent] and [fromExponent] must be from -4 to 4, got [" + userExponent + "], [" + fromExponent + "]"
            );
        }
    }

    /** Returns the settings that a search begins with. */
    public static LowPass standard() {
        return new LowPass(128, 0, 1, 0.5, 1, 1, null);
    }

    /** Returns the heap that learning takes for arrays of vectors. */
    public static long bytes(InteractionMatrix interactions, int dimension) {
        long width = width(dimension, interactions);
        long perItem = ITEM_ARRAYS * width + 2 * COLUMNS_PER_BLOCK;
        return Float.BYTES * (COLUMNS_PER_BLOCK * (long) interactions.users() + perItem * interactions.items()) + RowMatrix.gramBytes(width);
    }

    private static int width(int dimension, InteractionMatrix interactions) {
        return Math.min(dimension + OVERSAMPLING, Math.min(interactions.users(), interactions.items()));
    }

    private static int maxDimension(InteractionMatrix interactions) {
        return Math.max(1, Math.min(interactions.users(), interactions.items()) / MIN_ROWS_PER_DIMENSION);
    }

    /** Returns the dimensions to choose from, ascending; as many as such a matrix bears. */
    public static int[] dimensions(InteractionMatrix interactions) {
        int max = maxDimension(interactions);
        int[] dimensions = IntStream.of(DIMENSIONS).filter(dimension -> dimension <= max).toArray();
        return dimensions.length == 0 ? new int[] { max } : dimensions;
    }

    /**
     * Returns the same with the spectrum of interactions, for several trials, with the most dimensions, and with that of some exponents of
     * users' degrees which is best with these: with few dimensions, the exponent matters little.
     *
     * @param most      dimensions that any trial has
     * @param exponents to choose from
     * @param objective to maximise; not called if there is one exponent
     */
    public LowPass prepared(
        InteractionMatrix interactions,
        int most,
        List<Double> exponents,
        CoordinateSearch.Objective<LowPass> objective,
        ParallelFor parallel,
        ProgressListener progress
    ) {
        LowPass best = null;
        double largest = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < exponents.size(); i++) {
            ProgressListener own = progress.part((double) i / exponents.size(), (i + 1.0) / exponents.size());
            LowPass trial = withDimension(most).withUserExponent(exponents.get(i)).prepared(interactions, most, parallel, own.part(0, 0.8));
            double value = exponents.size() == 1 ? 0 : objective.evaluate(trial, own.part(0.8, 1));
            if (value > largest) {
                best = trial;
                largest = value;
            }
        }
        return best;
    }

    /**
     * Returns the other hyperparameters to tune: the recency decay only if the order of the interactions is known.
     *
     * @param dimensions to choose from
     */
    public static List<Hyperparameter<LowPass>> hyperparameters(InteractionMatrix interactions, int[] dimensions) {
        List<Hyperparameter<LowPass>> all = List.of(
            Hyperparameter.of("keep", LowPass::withRecencyDecay, 0.5, 0.7, 0.85, 1.0),
            Hyperparameter.of("dimension", LowPass::withDimension, IntStream.of(dimensions).boxed().toArray(Integer[]::new)),
            Hyperparameter.of("damping", LowPass::withDamping, 0.0, 0.25, 0.5, 1.0),
            Hyperparameter.of("from", LowPass::withFromExponent, 0.0, 0.1, 0.2, 0.3, 0.4, 0.5)
        );
        return interactions.ordered() ? all : all.subList(1, all.size());
    }

    public LowPass withDimension(int dimension) {
        return new LowPass(dimension, damping, userExponent, fromExponent, recencyDecay, seed, spectrum);
    }

    /**
     * Returns the same with the spectrum of interactions, for several trials.
     *
     * @param most dimensions that any of them has
     */
    LowPass prepared(InteractionMatrix interactions, int most, ParallelFor parallel, ProgressListener progress) {
        return with(spectrum(interactions, most, parallel, progress));
    }

    /** Returns the same without what {@link #prepared} has computed. */
    public LowPass withoutSpectrum() {
        return with(null);
    }

    private LowPass with(Spectrum other) {
        return new LowPass(dimension, damping, userExponent, fromExponent, recencyDecay, seed, other);
    }

    public LowPass withDamping(double damping) {
        return new LowPass(dimension, damping, userExponent, fromExponent, recencyDecay, seed, spectrum);
    }

    public LowPass withUserExponent(double userExponent) {
        return new LowPass(dimension, damping, userExponent, fromExponent, recencyDecay, seed, spectrum);
    }

    public LowPass withFromExponent(double fromExponent) {
        return new LowPass(dimension, damping, userExponent, fromExponent, recencyDecay, seed, spectrum);
    }

    public LowPass withRecencyDecay(double recencyDecay) {
        return new LowPass(dimension, damping, userExponent, fromExponent, recencyDecay, seed, spectrum);
    }

    @Override
    public Factors learn(InteractionMatrix interactions, ParallelFor parallel, ProgressListener progress) {
        Spectrum known = spectrum != null && spectrum.interactions == interactions && spectrum.userExponent == userExponent
            ? spectrum
            : spectrum(interactions, dimension, parallel, progress);
        int count = Math.min(dimension, known.values.length);
        double[] passed = Arrays.stream(known.values, 0, count).map(value -> Math.pow(value, damping)).toArray();
        return factors(interactions, known.vectors, passed);
    }

    private Spectrum spectrum(InteractionMatrix interactions, int most, ParallelFor parallel, ProgressListener progress) {
        int width = width(most, interactions);
        Graph graph = new Graph(interactions, new ItemColumns(interactions), userExponent, parallel);
        float[][] basis = orthonormal(RowMatrix.random(interactions.items(), width, 1, seed), parallel);
        for (int iteration = 0; iteration < ITERATIONS; iteration++) {
            basis = orthonormal(convolved(graph, basis, step(progress, iteration)), parallel);
        }
        // The best approximations of singular vectors within the subspace (Rayleigh-Ritz method).
        float[][] convolved = convolved(graph, basis, step(progress, ITERATIONS));
        Eigenpairs eigenpairs = Eigenpairs.of(RowMatrix.cross(basis, convolved, parallel));
        int count = Math.min(most, eigenpairs.countAbove(MIN_EIGENVALUE));
        float[][] vectors = projected(basis, eigenpairs, count, false, parallel);
        return new Spectrum(interactions, userExponent, vectors, Arrays.copyOf(eigenpairs.values(), count));
    }

    private static ProgressListener step(ProgressListener progress, int iteration) {
        return progress.part((double) iteration / (ITERATIONS + 1), (iteration + 1.0) / (ITERATIONS + 1));
    }

    /** Returns {@code RᵀR items}. */
    private static float[][] convolved(Graph graph, float[][] items, ProgressListener progress) {
        int width = RowMatrix.width(items);
        float[][] convolved = new float[items.length][width];
        for (int from = 0; from < width; from += COLUMNS_PER_BLOCK) {
            int to = Math.min(from + COLUMNS_PER_BLOCK, width);
            ProgressListener own = progress.part((double) from / width, (double) to / width);
            float[][] users = graph.toUsers(RowMatrix.columns(items, from, to), own.part(0, 0.5));
            float[][] block = graph.toItems(users, own.part(0.5, 1));
            for (int item = 0; item < items.length; item++) {
                System.arraycopy(block[item], 0, convolved[item], from, to - from);
            }
        }
        return convolved;
    }

    /** @param passed by dimension, the part of its frequency that passes */
    private Factors factors(InteractionMatrix interactions, float[][] vectors, double[] passed) {
        int dimension = passed.length;
        double[] degrees = interactions.itemDegrees();
        float[][] inputs = new float[vectors.length][dimension];
        float[][] outputs = new float[vectors.length][dimension];
        double[] half = Arrays.stream(passed).map(Math::sqrt).toArray();
        for (int item = 0; item < vectors.length; item++) {
            double adds = degrees[item] > 0 ? Math.pow(degrees[item], -fromExponent) : 0;
            double root = Math.sqrt(degrees[item]);
            for (int d = 0; d < dimension; d++) {
                double v = vectors[item][d] * half[d];
                inputs[item][d] = (float) (v * adds);
                outputs[item][d] = (float) (v * root);
            }
        }
        return new Factors(outputs, new WeightedSum(inputs, dimension, interactions.ordered() ? recencyDecay : 1));
    }

    /** Returns an orthonormal basis of the space of the columns; it has fewer columns if they are linearly dependent. */
    private static float[][] orthonormal(float[][] matrix, ParallelFor parallel) {
        Eigenpairs eigenpairs = Eigenpairs.of(RowMatrix.gram(matrix, RowMatrix.width(matrix), parallel));
        return projected(matrix, eigenpairs, eigenpairs.countAbove(MIN_EIGENVALUE), true, parallel);
    }

    /** Returns {@code X Q} for the first eigenvectors Q of {@code XᵀX}, with columns of unit length if scaled. */
    private static float[][] projected(float[][] rows, Eigenpairs eigenpairs, int count, boolean scaled, ParallelFor parallel) {
        float[][] projected = new float[rows.length][count];
        float[][] columns = eigenpairs.columns(count, scaled);
        parallel.run(rows.length, ROWS_PER_CHUNK, ProgressListener.NONE, (from, to) -> {
            for (int i = from; i < to; i++) {
                for (int d = 0; d < rows[i].length; d++) {
                    RowMatrix.add(rows[i][d], columns[d], projected[i]);
                }
            }
        });
        return projected;
    }

    @Override
    public String toString() {
        return "LowPass[dimension=" + dimension + ", damping=" + damping + ", userExponent=" + userExponent + ", fromExponent=" + fromExponent
            + ", recencyDecay=" + recencyDecay + ", seed=" + seed + "]";
    }
}
