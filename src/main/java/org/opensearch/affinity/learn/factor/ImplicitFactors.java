package org.opensearch.affinity.learn.factor;

import org.opensearch.affinity.learn.Factors;
import org.opensearch.affinity.learn.FoldIn;
import org.opensearch.affinity.learn.Hyperparameter;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.ItemColumns;
import org.opensearch.affinity.learn.NormalEquations;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.Regularisation;
import org.opensearch.affinity.learn.RowMatrix;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Matrix factorisation by alternating least squares (iALS; Hu, Koren, Volinsky, "Collaborative filtering for implicit feedback
 * datasets", ICDM'08, with the settings of Rendle et al., "Revisiting the performance of iALS on item recommendation benchmarks",
 * RecSys'22): vectors w of users and h of items that minimise
 *
 * <pre>Σ_(u,i) taken c_ui (w_u·h_i - 1)² + α Σ_u Σ_i (w_u·h_i)² + Σ_u λ_u |w_u|² + Σ_i λ_i |h_i|²</pre>
 *
 * with the weights c of interactions and {@link Regularisation}. Each half step solves every row exactly. Takes
 * {@code 4 · dimension} bytes per user and item.
 *
 * @param dimension    of the vectors, at least 1
 * @param iterations   number of passes over users and items, at least 1
 * @param alpha        weight of the score 0 for all pairs, above 0
 * @param lambda       regularisation, at least 0
 * @param nu           exponent of the regularisation's frequency scaling
 * @param recencyDecay of histories when a user is encoded; learning does not use it
 * @param seed         of the items' initial vectors
 */
public record ImplicitFactors(int dimension, int iterations, double alpha, double lambda, double nu, double recencyDecay, long seed)
    implements FactorMethod {
    private static final int ROWS_PER_CHUNK = 64;
    /** The most dimensions that are tried. */
    public static final int MAX_DIMENSION = 128;
    /** To choose from, ascending. */
    private static final int[] DIMENSIONS = { 32, 64, MAX_DIMENSION };
    /** Expected length of the initial vectors. */
    private static final double INITIAL_LENGTH = 0.1;

    /** @throws IllegalArgumentException if a setting is out of range */
    public ImplicitFactors {
        boolean decays = recencyDecay > 0 && recencyDecay <= 1;
        if (dimension < 1 || iterations < 1 || alpha > 0 == false || lambda >= 0 == false || decays == false) {
            throw new IllegalArgumentException(
                "[dimension] and [iterations] must be at least 1, [alpha] above 0, [lambda] at least 0, [recencyDecay] above 0 and at"
                    + " most 1, got [" + dimension + "], [" + iterations + "], [" + alpha + "], [" + lambda + "], [" + recencyDecay + "]"
            );
        }
    }

    /** Returns the settings that a search begins with. */
    public static ImplicitFactors standard() {
        return new ImplicitFactors(32, 6, 0.03, 0.003, 1, 1, 1);
    }

    /** Returns the hyperparameters to tune; the recency decay only if the order of the interactions is known. */
    public static List<Hyperparameter<ImplicitFactors>> hyperparameters(InteractionMatrix interactions, int[] dimensions) {
        List<Hyperparameter<ImplicitFactors>> all = List.of(
            Hyperparameter.of("keep", ImplicitFactors::withRecencyDecay, 0.7, 0.85, 1.0),
            Hyperparameter.of("alpha", ImplicitFactors::withAlpha, 0.001, 0.003, 0.01, 0.03, 0.1),
            Hyperparameter.of("lambda", ImplicitFactors::withLambda, 0.001, 0.003, 0.01, 0.03),
            Hyperparameter.of("dimension", ImplicitFactors::withDimension, IntStream.of(dimensions).boxed().toArray(Integer[]::new)),
            Hyperparameter.of("iterations", ImplicitFactors::withIterations, 6, 12)
        );
        return interactions.ordered() ? all : all.subList(1, all.size());
    }

    /** Returns the dimensions to choose from, ascending. */
    public static int[] dimensions() {
        return DIMENSIONS.clone();
    }

    /** Returns the heap that learning takes for vectors. */
    public static long bytes(InteractionMatrix interactions, int dimension) {
        return (long) Float.BYTES * dimension * ((long) interactions.users() + interactions.items());
    }

    public ImplicitFactors withDimension(int dimension) {
        return new ImplicitFactors(dimension, iterations, alpha, lambda, nu, recencyDecay, seed);
    }

    public ImplicitFactors withIterations(int iterations) {
        return new ImplicitFactors(dimension, iterations, alpha, lambda, nu, recencyDecay, seed);
    }

    public ImplicitFactors withAlpha(double alpha) {
        return new ImplicitFactors(dimension, iterations, alpha, lambda, nu, recencyDecay, seed);
    }

    public ImplicitFactors withLambda(double lambda) {
        return new ImplicitFactors(dimension, iterations, alpha, lambda, nu, recencyDecay, seed);
    }

    public ImplicitFactors withRecencyDecay(double recencyDecay) {
        return new ImplicitFactors(dimension, iterations, alpha, lambda, nu, recencyDecay, seed);
    }

    @Override
    public Factors learn(InteractionMatrix interactions, ParallelFor parallel, ProgressListener progress) {
        float[][] users = new float[interactions.users()][dimension];
        float[][] items = RowMatrix.random(interactions.items(), dimension, INITIAL_LENGTH / Math.sqrt(dimension), seed);
        ItemColumns columns = new ItemColumns(interactions);
        double[] userDegrees = interactions.userDegrees();
        double[] itemDegrees = interactions.itemDegrees();
        Regularisation regularisation = new Regularisation(lambda, alpha, nu);
        for (int iteration = 0; iteration < iterations; iteration++) {
            ProgressListener own = progress.part((double) iteration / iterations, (iteration + 1.0) / iterations);
            float[][] itemBase = base(items, parallel);
            parallel.run(users.length, ROWS_PER_CHUNK, own.part(0, 0.5), (from, to) -> {
                NormalEquations equations = new NormalEquations(itemBase);
                for (int user = from; user < to; user++) {
                    equations.begin(regularisation.lambda(userDegrees[user], items.length));
                    for (int position = interactions.start(user); position < interactions.end(user); position++) {
                        equations.add(interactions.weight(position), items[interactions.item(position)]);
                    }
                    equations.solve(users[user]);
                }
            });
            float[][] userBase = base(users, parallel);
            parallel.run(items.length, ROWS_PER_CHUNK, own.part(0.5, 1), (from, to) -> {
                NormalEquations equations = new NormalEquations(userBase);
                for (int item = from; item < to; item++) {
                    equations.begin(regularisation.lambda(itemDegrees[item], users.length));
                    for (int entry = columns.start(item); entry < columns.end(item); entry++) {
                        equations.add(interactions.weight(columns.position(entry)), users[columns.user(entry)]);
                    }
                    equations.solve(items[item]);
                }
            });
        }
        double decay = interactions.ordered() ? recencyDecay : 1;
        return new Factors(items, new FoldIn(items, items.length, base(items, parallel), regularisation, decay));
    }

    /** Returns the lower triangle of α times the Gram matrix. */
    private float[][] base(float[][] rows, ParallelFor parallel) {
        double[][] gram = RowMatrix.gram(rows, dimension, parallel);
        float[][] base = RowMatrix.triangle(dimension);
        for (int d = 0; d < dimension; d++) {
            for (int e = 0; e <= d; e++) {
                base[d][e] = (float) (alpha * gram[d][e]);
            }
        }
        return base;
    }
}
