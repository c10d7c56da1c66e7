package org.opensearch.affinity.learn.rating;

import org.opensearch.affinity.learn.Hyperparameter;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.ItemColumns;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.Regularisation;
import org.opensearch.affinity.learn.RowMatrix;

import java.util.List;

/**
 * Matrix factorisation of explicit ratings with biases (Koren, Bell, Volinsky, "Matrix factorization techniques for recommender
 * systems", IEEE Computer 2009, equation 5), by alternating least squares: biases b and vectors w of users and h of items that
 * minimise
 *
 * <pre>Σ_(u,i) rated (r_ui - b_u - b_i - w_u·h_i)² + Σ_u (κ b_u² + λ_u (b_u² + |w_u|²)) + Σ_i (κ b_i² + λ_i (b_i² + |h_i|²))</pre>
 *
 * with ratings r in standard deviations from their mean, and {@code λ_x = λ n_x^ν} for a row of n ratings. With ν = 1 that is
 * weighted-λ regularisation (Zhou et al., "Large-scale parallel collaborative filtering for the Netflix prize", AAIM'08), with a
 * smaller ν busy rows are shortened less. The damping κ holds back the biases of who has few ratings. Each half step solves every
 * row exactly, bias and vector together. Takes {@code 4 · (dimension + 1)} bytes a user and an item.
 *
 * @param dimension  of the vectors, at least 0: with 0 there are biases alone
 * @param iterations how often users and items are solved for, at least 1
 * @param lambda     how short vectors are kept, at least 0.01 where there are any: with less, single precision is not enough
 * @param nu         by how much more for busy rows, at least 0
 * @param damping    how many ratings of the mean a bias is held back by, at least 0
 * @param seed       of the items' first vectors
 */
public record RatingFactors(int dimension, int iterations, double lambda, double nu, double damping, long seed) {
    private static final int SLICE = 64;
    /** Of the first vectors' length, in expectation. */
    private static final double FIRST = 0.1;
    private static final double LEAST_LAMBDA = 0.01;
    /** Together with ν, for what is right for the one depends on the other. */
    private static final double[][] LAMBDAS = {
        { 0.05, 1 }, { 0.1, 1 }, { 0.15, 1 }, { 0.2, 1 }, { 0.4, 0.5 }, { 0.8, 0.5 }, { 1.2, 0.5 }, { 1.6, 0.5 }, { 2.4, 0.5 } };

    public RatingFactors {
        if (dimension < 0 || iterations < 1 || lambda >= (dimension == 0 ? 0 : LEAST_LAMBDA) == false || nu >= 0 == false || damping >= 0 == false) {
            throw new IllegalArgumentException(
                "dimension, nu and damping must be at least 0, lambda at least " + LEAST_LAMBDA + " (0 without dimensions), iterations at least 1, got "
                    + dimension + ", " + nu + ", " + damping + ", " + lambda + ", " + iterations
            );
        }
    }

    /** Before anything is known of the ratings. */
    public static RatingFactors standard() {
        return new RatingFactors(16, 10, 1.2, 0.5, 3, 1);
    }

    /** How generous users are and how good items, and nothing of who likes what. */
    public static RatingFactors biases() {
        return new RatingFactors(0, 10, 0, 1, 3, 1);
    }

    /** What may be tried to make it fit. */
    public List<Hyperparameter<RatingFactors>> dials() {
        Hyperparameter<RatingFactors> damping = Hyperparameter.of("damping", RatingFactors::withDamping, 1.0, 3.0, 5.0, 10.0, 20.0);
        if (dimension == 0) {
            return List.of(damping);
        }
        return List.of(
            Hyperparameter.of("lambda", (factors, set) -> factors.withLambda(set[0], set[1]), LAMBDAS),
            Hyperparameter.of("dimension", RatingFactors::withDimension, 4, 8, 16, 32, 64),
            Hyperparameter.of("iterations", RatingFactors::withIterations, 5, 10, 20),
            damping
        );
    }

    public RatingFactors withDimension(int dimension) {
        return new RatingFactors(dimension, iterations, lambda, nu, damping, seed);
    }

    public RatingFactors withIterations(int iterations) {
        return new RatingFactors(dimension, iterations, lambda, nu, damping, seed);
    }

    public RatingFactors withLambda(double lambda, double nu) {
        return new RatingFactors(dimension, iterations, lambda, nu, damping, seed);
    }

    public RatingFactors withDamping(double damping) {
        return new RatingFactors(dimension, iterations, lambda, nu, damping, seed);
    }

    /**
     * Learns from ratings, of any number: of none it learns that everything is 0.
     *
     * @throws java.util.concurrent.CancellationException when the watch threw it
     */
    public RatingModel learn(Ratings ratings, ParallelFor crew, ProgressListener watch) {
        InteractionMatrix log = ratings.log();
        int width = dimension + 1;
        float[][] users = new float[log.users()][width];
        float[][] items = first(log.items());
        ItemColumns columns = new ItemColumns(log);
        Regularisation regularisation = new Regularisation(lambda, 0, nu);
        RatingScale scale = ratings.scale();
        for (int round = 0; round < iterations; round++) {
            double begin = (double) round / iterations;
            double middle = (round + 0.5) / iterations;
            double end = (round + 1.0) / iterations;
            crew.share(users.length, SLICE, watch.part(begin, middle), (from, to) -> {
                RatingEquations equations = new RatingEquations(width, damping, regularisation);
                for (int user = from; user < to; user++) {
                    equations.begin(log.end(user) - log.start(user));
                    for (int place = log.start(user); place < log.end(user); place++) {
                        equations.add(scale.standard(ratings.given(place)), items[log.item(place)]);
                    }
                    equations.solve(users[user]);
                }
            });
            crew.share(items.length, SLICE, watch.part(middle, end), (from, to) -> {
                RatingEquations equations = new RatingEquations(width, damping, regularisation);
                for (int item = from; item < to; item++) {
                    equations.begin(columns.end(item) - columns.start(item));
                    for (int row = columns.start(item); row < columns.end(item); row++) {
                        equations.add(scale.standard(ratings.given(columns.place(row))), users[columns.user(row)]);
                    }
                    equations.solve(items[item]);
                }
            });
        }
        return new RatingModel(scale, items, width, damping, regularisation);
    }

    /** No biases yet, and vectors by chance: where all were the same, nothing would ever tell dimensions apart. */
    private float[][] first(int items) {
        float[][] rows = new float[items][dimension + 1];
        float[][] vectors = RowMatrix.random(items, dimension, FIRST / Math.sqrt(Math.max(1, dimension)), seed);
        for (int item = 0; item < items; item++) {
            System.arraycopy(vectors[item], 0, rows[item], 1, dimension);
        }
        return rows;
    }
}
