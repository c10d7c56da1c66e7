package org.opensearch.affinity.learn.candidate;

import org.opensearch.affinity.learn.Eigenpairs;
import org.opensearch.affinity.learn.Factors;
import org.opensearch.affinity.learn.Hyperparameter;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.LearningMethod;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.RowMatrix;
import org.opensearch.affinity.learn.WeightedSum;

import java.util.List;

/**
 * What a graph convolution learns of the log, in closed form: the ideal low-pass filter of GF-CF (Shen et al., "How powerful is
 * graph convolution for recommendation?", CIKM'21). With users' and items' degrees D and {@code R = D_U^-½ A D_I^-½}, whose
 * leading right singular vectors are V,
 *
 * <pre>scores = A · D_I^-½ V Vᵀ D_I^½</pre>
 *
 * so an item's vector is {@code d^½ v} and what it adds to a user's is {@code d^-½ v}. LightGCN (He et al., SIGIR'20) approaches
 * the same filter by gradient descent over hundreds of epochs. V is found by subspace iteration from random vectors (Halko et al.,
 * "Finding structure with randomness", 2011, algorithm 4.4). Takes {@code 4 · (dimension + 16)} bytes a user, and twice that an
 * item, while it learns.
 *
 * @param dimension how many singular vectors pass, at least 1; fewer where the log has fewer
 * @param keep      what each item of a history counts of the next newer one
 * @param seed      of the first vectors
 */
public record LowPass(int dimension, double keep, long seed) implements LearningMethod {
    /** Vectors beyond those wanted, which make these converge. */
    private static final int SPARE = 16;
    private static final int ITERATIONS = 5;
    private static final int SLICE = 256;
    /** Squared singular values below this part of the largest are rounding. */
    private static final double LEAST = 1e-6;

    public LowPass {
        if (dimension < 1 || keep > 0 == false || keep > 1) {
            throw new IllegalArgumentException("dimension must be at least 1, keep above 0 and at most 1, got " + dimension + ", " + keep);
        }
    }

    /** Before anything is known of the log. */
    public static LowPass standard() {
        return new LowPass(128, 1, 1);
    }

    /** What may be tried to make it fit a log. */
    public static List<Hyperparameter<LowPass>> dials(InteractionMatrix log) {
        List<Hyperparameter<LowPass>> all = List.of(
            Hyperparameter.of("keep", LowPass::withKeep, 0.5, 0.7, 0.85, 1.0),
            Hyperparameter.of("dimension", LowPass::withDimension, 64, 128, 256)
        );
        return log.ordered() ? all : all.subList(1, all.size());
    }

    public LowPass withDimension(int dimension) {
        return new LowPass(dimension, keep, seed);
    }

    public LowPass withKeep(double keep) {
        return new LowPass(dimension, keep, seed);
    }

    @Override
    public Factors learn(InteractionMatrix log, ParallelFor crew, ProgressListener watch) {
        int width = Math.min(dimension + SPARE, Math.min(log.users(), log.items()));
        Graph graph = new Graph(log, crew);
        float[][] basis = orthonormal(RowMatrix.random(log.items(), width, 1, seed), crew);
        for (int round = 0; round < ITERATIONS; round++) {
            ProgressListener now = watch.part((double) round / (ITERATIONS + 1), (round + 1.0) / (ITERATIONS + 1));
            basis = orthonormal(graph.toItems(graph.toUsers(basis, now.part(0, 0.5)), now.part(0.5, 1)), crew);
        }
        // The best vectors within the space that was found (Rayleigh and Ritz).
        float[][] users = graph.toUsers(basis, watch.part((double) ITERATIONS / (ITERATIONS + 1), 1));
        Eigenpairs spectrum = Eigenpairs.of(RowMatrix.gram(users, RowMatrix.width(basis), crew));
        int kept = Math.min(dimension, spectrum.above(LEAST));
        float[][] vectors = turned(basis, spectrum, kept, false, crew);
        return factors(log.itemDegrees(), vectors, kept, log.ordered() ? keep : 1);
    }

    private static Factors factors(double[] degrees, float[][] vectors, int dimension, double keep) {
        float[][] inputs = new float[vectors.length][dimension];
        for (int item = 0; item < vectors.length; item++) {
            double root = Math.sqrt(degrees[item]);
            for (int d = 0; d < dimension; d++) {
                float v = vectors[item][d];
                inputs[item][d] = root > 0 ? (float) (v / root) : 0;
                vectors[item][d] = (float) (v * root);
            }
        }
        return new Factors(vectors, new WeightedSum(inputs, dimension, keep));
    }

    /** The same space, by vectors of unit length at right angles; fewer where some depend on others. */
    private static float[][] orthonormal(float[][] columns, ParallelFor crew) {
        Eigenpairs spectrum = Eigenpairs.of(RowMatrix.gram(columns, RowMatrix.width(columns), crew));
        return turned(columns, spectrum, spectrum.above(LEAST), true, crew);
    }

    /** {@code X Q}, for the first eigenvectors Q of {@code XᵀX}; scaled to unit length if that is asked for. */
    private static float[][] turned(float[][] rows, Eigenpairs spectrum, int kept, boolean scaled, ParallelFor crew) {
        float[][] turned = new float[rows.length][kept];
        float[][] by = spectrum.rows(kept, scaled);
        crew.share(rows.length, SLICE, ProgressListener.NOBODY, (from, to) -> {
            for (int i = from; i < to; i++) {
                for (int d = 0; d < rows[i].length; d++) {
                    RowMatrix.add(rows[i][d], by[d], turned[i]);
                }
            }
        });
        return turned;
    }
}
