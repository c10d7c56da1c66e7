package org.opensearch.affinity.learn.rating;

import org.opensearch.affinity.learn.Hyperparameter;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.ItemColumns;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.Regularisation;
import org.opensearch.affinity.learn.RowMatrix;

import java.util.Arrays;
import java.util.List;

/**
 * Matrix factorisation of explicit ratings with biases (Koren, Bell, Volinsky, "Matrix factorization techniques for recommender
 * systems", IEEE Computer 2009, equation 5), by alternating least squares: biases b and vectors w of users and h of items that
 * minimise
 *
 * <pre>Σ_(u,i) rated (r_ui - b_u - b_i - w_u·h_i)² + Σ_u (κ b_u² + λ_u (b_u² + |w_u|²)) + Σ_i (κ b_i² + λ_i (b_i² + |h_i|²))</pre>
 *
 * with ratings r in standard deviations from their mean, and {@code λ_x = λ n_x^ν} for a row of n ratings. With ν = 1 this is
 * weighted-λ regularisation (Zhou et al., "Large-scale parallel collaborative filtering for the Netflix prize", AAIM'08); a smaller
 * ν shrinks rows with many ratings less. The damping κ shrinks the biases of rows with few ratings. Each half step solves every row
 * exactly, bias and vector together. Takes {@code 4 · (dimension + 1)} bytes per user and item.
 *
 * @param dimension  of the vectors, at least 0; 0 for biases alone
 * @param iterations number of passes over users and items, at least 1
 * @param lambda     regularisation; at least 0.01 with vectors, because single precision is not enough for less; else at least 0
 * @param nu         exponent of the regularisation's frequency scaling, at least 0
 * @param damping    of biases, as a number of ratings of the mean, at least 0
 * @param seed       of the items' initial vectors
 */
public record RatingFactors(int dimension, int iterations, double lambda, double nu, double damping, long seed) {
    public static final double MIN_LAMBDA = 0.01;
    /** The most dimensions that a training takes; learning with more takes longer than it helps. */
    public static final int MAX_DIMENSION = 128;
    private static final int ROWS_PER_CHUNK = 64;
    /** Expected length of the initial vectors. */
    private static final double INITIAL_LENGTH = 0.1;
    private static final int[] DIMENSIONS = { 4, 8, 16, 32, 64 };
    /** Values of λ and ν, which are tuned together because they depend on each other. */
    private static final double[][] LAMBDAS = {
        { 0.05, 1 }, { 0.1, 1 }, { 0.15, 1 }, { 0.2, 1 }, { 0.4, 0.5 }, { 0.8, 0.5 }, { 1.2, 0.5 }, { 1.6, 0.5 }, { 2.4, 0.5 } };

    /** @throws IllegalArgumentException if a setting is out of range */
    public RatingFactors {
        boolean regularised = lambda >= (dimension == 0 ? 0 : MIN_LAMBDA);
        if (dimension < 0 || iterations < 1 || regularised == false || nu >= 0 == false || damping >= 0 == false) {
            throw new IllegalArgumentException(
                "[dimension], [nu] and [damping] must be at least 0, [lambda] at least " + MIN_LAMBDA + " (0 without dimensions),"
                    + " [iterations] at least 1, got [" + dimension + "], [" + nu + "], [" + damping + "], [" + lambda + "], ["
                    + iterations + "]"
            );
        }
    }

    /** Returns the settings that a search begins with. */
    public static RatingFactors standard() {
        return new RatingFactors(16, 10, 1.2, 0.5, 3, 1);
    }

    /** Returns a method that learns biases alone. */
    public static RatingFactors biases() {
        return new RatingFactors(0, 10, 0, 1, 3, 1);
    }

    /** Returns the dimensions to choose from, ascending. */
    public static int[] dimensions() {
        return DIMENSIONS.clone();
    }

    /**
     * Returns the hyperparameters to tune.
     *
     * @param dimensions to choose from; without effect if the method has no vectors
     */
    public List<Hyperparameter<RatingFactors>> hyperparameters(int[] dimensions) {
        Hyperparameter<RatingFactors> damping = Hyperparameter.of("damping", RatingFactors::withDamping, 1.0, 3.0, 5.0, 10.0, 20.0);
        if (dimension == 0) {
            return List.of(damping);
        }
        return List.of(
            Hyperparameter.of("lambda", (factors, value) -> factors.withLambda(value[0], value[1]), LAMBDAS),
            Hyperparameter.of("dimension", RatingFactors::withDimension, Arrays.stream(dimensions).boxed().toArray(Integer[]::new)),
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
     * Learns a model. Without ratings, the model predicts 0.
     *
     * @throws java.util.concurrent.CancellationException if the progress listener threw it
     */
    public RatingModel learn(Ratings ratings, ParallelFor parallel, ProgressListener progress) {
        InteractionMatrix interactions = ratings.interactions();
        ItemColumns columns = new ItemColumns(interactions);
        RatingScale scale = ratings.scale();
        Regularisation regularisation = new Regularisation(lambda, 0, nu);
        int width = dimension + 1;
        float[][] users = new float[interactions.users()][width];
        float[][] items = initialItems(interactions.items());
        for (int iteration = 0; iteration < iterations; iteration++) {
            ProgressListener own = progress.part((double) iteration / iterations, (iteration + 1.0) / iterations);
            parallel.run(users.length, ROWS_PER_CHUNK, own.part(0, 0.5), (from, to) -> {
                RatingEquations equations = new RatingEquations(width, damping, regularisation);
                for (int user = from; user < to; user++) {
                    equations.begin(interactions.end(user) - interactions.start(user));
                    for (int position = interactions.start(user); position < interactions.end(user); position++) {
                        equations.add(scale.standardScore(ratings.rating(position)), items[interactions.item(position)]);
                    }
                    equations.solve(users[user]);
                }
            });
            parallel.run(items.length, ROWS_PER_CHUNK, own.part(0.5, 1), (from, to) -> {
                RatingEquations equations = new RatingEquations(width, damping, regularisation);
                for (int item = from; item < to; item++) {
                    equations.begin(columns.end(item) - columns.start(item));
                    for (int entry = columns.start(item); entry < columns.end(item); entry++) {
                        equations.add(scale.standardScore(ratings.rating(columns.position(entry))), users[columns.user(entry)]);
                    }
                    equations.solve(items[item]);
                }
            });
        }
        return new RatingModel(new RatingEncoder(scale, width, damping, regularisation), items);
    }

    /** Returns rows with bias 0 and random vectors, because dimensions that begin alike would stay alike. */
    private float[][] initialItems(int items) {
        float[][] rows = new float[items][dimension + 1];
        float[][] vectors = RowMatrix.random(items, dimension, INITIAL_LENGTH / Math.sqrt(Math.max(1, dimension)), seed);
        for (int item = 0; item < items; item++) {
            System.arraycopy(vectors[item], 0, rows[item], 1, dimension);
        }
        return rows;
    }
}
