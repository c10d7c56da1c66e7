package org.opensearch.affinity.learn.candidate;

import org.opensearch.affinity.learn.Factors;
import org.opensearch.affinity.learn.FoldIn;
import org.opensearch.affinity.learn.Hyperparameter;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.ItemColumns;
import org.opensearch.affinity.learn.LearningMethod;
import org.opensearch.affinity.learn.NormalEquations;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.Regularisation;
import org.opensearch.affinity.learn.RowMatrix;

import java.util.List;

/**
 * Matrix factorisation by alternating least squares (iALS; Hu, Koren, Volinsky, "Collaborative filtering for implicit feedback
 * datasets", ICDM'08, with the settings of Rendle et al., "Revisiting the performance of iALS on item recommendation benchmarks",
 * RecSys'22): vectors w of users and h of items that minimise
 *
 * <pre>Σ_(u,i) taken c_ui (w_u·h_i - 1)² + α Σ_u Σ_i (w_u·h_i)² + Σ_u λ_u |w_u|² + Σ_i λ_i |h_i|²</pre>
 *
 * with the weights c of interactions and {@link Regularisation}. Each half step solves every row exactly. Takes
 * {@code 4 · dimension} bytes a user and an item.
 *
 * @param dimension  of the vectors, at least 1
 * @param iterations how often users and items are solved for, at least 1
 * @param alpha      how much it matters that what was not taken has score 0, above 0
 * @param lambda     how short vectors are kept, at least 0
 * @param nu         by how much more for busy rows
 * @param keep       what each item of a history counts of the next newer one when a user is encoded; learning has all count the same
 * @param seed       of the items' first vectors
 */
public record ImplicitFactors(int dimension, int iterations, double alpha, double lambda, double nu, double keep, long seed) implements LearningMethod {
    private static final int SLICE = 64;
    /** Of the first vectors' length, in expectation. */
    private static final double FIRST = 0.1;

    public ImplicitFactors {
        if (dimension < 1 || iterations < 1 || alpha > 0 == false || lambda >= 0 == false || keep > 0 == false || keep > 1) {
            throw new IllegalArgumentException(
                "dimension and iterations must be at least 1, alpha above 0, lambda at least 0, keep above 0 and at most 1, got "
                    + dimension + ", " + iterations + ", " + alpha + ", " + lambda + ", " + keep
            );
        }
    }

    /** Before anything is known of the log. */
    public static ImplicitFactors standard() {
        return new ImplicitFactors(32, 6, 0.03, 0.003, 1, 1, 1);
    }

    /** What may be tried to make it fit a log. */
    public static List<Hyperparameter<ImplicitFactors>> dials(InteractionMatrix log) {
        List<Hyperparameter<ImplicitFactors>> all = List.of(
            Hyperparameter.of("keep", ImplicitFactors::withKeep, 0.7, 0.85, 1.0),
            Hyperparameter.of("alpha", ImplicitFactors::withAlpha, 0.001, 0.003, 0.01, 0.03, 0.1),
            Hyperparameter.of("lambda", ImplicitFactors::withLambda, 0.001, 0.003, 0.01, 0.03),
            Hyperparameter.of("dimension", ImplicitFactors::withDimension, 32, 64, 128),
            Hyperparameter.of("iterations", ImplicitFactors::withIterations, 6, 12)
        );
        return log.ordered() ? all : all.subList(1, all.size());
    }

    public ImplicitFactors withDimension(int dimension) {
        return new ImplicitFactors(dimension, iterations, alpha, lambda, nu, keep, seed);
    }

    public ImplicitFactors withIterations(int iterations) {
        return new ImplicitFactors(dimension, iterations, alpha, lambda, nu, keep, seed);
    }

    public ImplicitFactors withAlpha(double alpha) {
        return new ImplicitFactors(dimension, iterations, alpha, lambda, nu, keep, seed);
    }

    public ImplicitFactors withLambda(double lambda) {
        return new ImplicitFactors(dimension, iterations, alpha, lambda, nu, keep, seed);
    }

    public ImplicitFactors withKeep(double keep) {
        return new ImplicitFactors(dimension, iterations, alpha, lambda, nu, keep, seed);
    }

    @Override
    public Factors learn(InteractionMatrix log, ParallelFor crew, ProgressListener watch) {
        float[][] users = new float[log.users()][dimension];
        float[][] items = RowMatrix.random(log.items(), dimension, FIRST / Math.sqrt(dimension), seed);
        ItemColumns columns = new ItemColumns(log);
        double[] userDegrees = log.userDegrees();
        double[] itemDegrees = log.itemDegrees();
        Regularisation regularisation = new Regularisation(lambda, alpha, nu);
        for (int round = 0; round < iterations; round++) {
            double done = (double) round / iterations;
            double half = 0.5 / iterations;
            float[][] base = base(items, crew);
            crew.share(users.length, SLICE, watch.part(done, done + half), (from, to) -> {
                NormalEquations normal = new NormalEquations(base);
                for (int user = from; user < to; user++) {
                    normal.begin(regularisation.lambda(userDegrees[user], items.length));
                    for (int place = log.start(user); place < log.end(user); place++) {
                        normal.add(log.weight(place), items[log.item(place)]);
                    }
                    normal.solve(users[user]);
                }
            });
            float[][] other = base(users, crew);
            crew.share(items.length, SLICE, watch.part(done + half, done + 2 * half), (from, to) -> {
                NormalEquations normal = new NormalEquations(other);
                for (int item = from; item < to; item++) {
                    normal.begin(regularisation.lambda(itemDegrees[item], users.length));
                    for (int row = columns.start(item); row < columns.end(item); row++) {
                        normal.add(log.weight(columns.place(row)), users[columns.user(row)]);
                    }
                    normal.solve(items[item]);
                }
            });
        }
        return new Factors(items, new FoldIn(items, base(items, crew), regularisation, log.ordered() ? keep : 1));
    }

    /** The lower triangle of α times the Gram matrix. */
    private float[][] base(float[][] rows, ParallelFor crew) {
        double[][] gram = RowMatrix.gram(rows, dimension, crew);
        float[][] base = RowMatrix.triangle(dimension);
        for (int d = 0; d < dimension; d++) {
            for (int e = 0; e <= d; e++) {
                base[d][e] = (float) (alpha * gram[d][e]);
            }
        }
        return base;
    }
}
