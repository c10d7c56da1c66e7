package org.opensearch.affinity.learn.candidate;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.learn.Factors;
import org.opensearch.affinity.learn.Hyperparameter;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.ItemColumns;
import org.opensearch.affinity.learn.LearningMethod;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.RowMatrix;
import org.opensearch.affinity.learn.WeightedSum;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * LightGCN (He et al., "LightGCN: simplifying and powering graph convolution network for recommendation", SIGIR'20), trained by
 * gradient descent. Items have vectors E of their own, users have none, so that whoever comes later is encoded as those who were
 * there: with Z of {@link Convolution},
 *
 * <pre>scores = R Z Zᵀ</pre>
 *
 * Two things differ from the paper, so that hundreds of steps are enough: the loss is {@link SampledSoftmax} instead of BPR, and E
 * begins where {@link LowPass} ends instead of anywhere. A step takes the next {@value #USERS} users of an order that is drawn anew
 * when all had their turn, and {@value #DRAWN} items drawn by chance; {@link Adam} moves E, by steps that shrink to nothing. Takes
 * {@code 36 · dimension} bytes an item, {@code 4 · (dimension + 16)} a user, 16 an interaction, and 15 MB, while it learns.
 *
 * @param dimension of the vectors, at least 1; fewer where the log has fewer singular vectors
 * @param hops      how often vectors go to users and back: k hops are 2k + 1 layers; at least 0
 * @param steps     of descent, at least 1
 * @param rate      how far the first steps move each number, above 0
 * @param keep      what each item of a history counts of the next newer one when a user is encoded; learning has all count the same
 * @param seed      of the first vectors and of what is drawn
 */
public record LightGcn(int dimension, int hops, int steps, double rate, double keep, long seed) implements LearningMethod {
    private static final int USERS = 2_048;
    private static final int DRAWN = 1_024;
    /** The first vectors' numbers, as the root of their mean square. */
    private static final double FIRST = 0.2;
    /** How much of learning it takes to find these. */
    private static final double BEFORE = 0.1;

    public LightGcn {
        if (dimension < 1 || hops < 0 || steps < 1 || rate > 0 == false || keep > 0 == false || keep > 1) {
            throw new IllegalArgumentException(
                "dimension and steps must be at least 1, hops at least 0, rate above 0, keep above 0 and at most 1, got "
                    + dimension + ", " + steps + ", " + hops + ", " + rate + ", " + keep
            );
        }
    }

    /** Before anything is known of the log. */
    public static LightGcn standard() {
        return new LightGcn(128, 1, 200, 0.03, 1, 1);
    }

    /** What may be tried to make it fit a log. */
    public static List<Hyperparameter<LightGcn>> dials(InteractionMatrix log) {
        List<Hyperparameter<LightGcn>> all = List.of(
            Hyperparameter.of("keep", LightGcn::withKeep, 0.7, 0.85, 1.0),
            Hyperparameter.of("dimension", LightGcn::withDimension, 128, 256)
        );
        return log.ordered() ? all : all.subList(1, all.size());
    }

    public LightGcn withDimension(int dimension) {
        return new LightGcn(dimension, hops, steps, rate, keep, seed);
    }

    public LightGcn withHops(int hops) {
        return new LightGcn(dimension, hops, steps, rate, keep, seed);
    }

    public LightGcn withSteps(int steps) {
        return new LightGcn(dimension, hops, steps, rate, keep, seed);
    }

    public LightGcn withKeep(double keep) {
        return new LightGcn(dimension, hops, steps, rate, keep, seed);
    }

    @Override
    public Factors learn(InteractionMatrix log, ParallelFor crew, ProgressListener watch) {
        ItemColumns columns = new ItemColumns(log);
        Graph graph = new Graph(log, columns, crew);
        Convolution convolution = new Convolution(graph, hops, crew);
        float[][] items = first(log, crew, watch.part(0, BEFORE));
        descend(items, log, convolution, new SampledSoftmax(log, graph, columns, crew), crew, watch.part(BEFORE, 1));
        watch.at(1);
        return factors(convolution.of(items, ProgressListener.NOBODY), log);
    }

    private void descend(float[][] items, InteractionMatrix log, Convolution convolution, SampledSoftmax loss, ParallelFor crew, ProgressListener watch) {
        int[] users = IntStream.range(0, log.users()).filter(user -> log.end(user) > log.start(user)).toArray();
        Adam adam = new Adam(items, crew);
        SplittableRandom random = new SplittableRandom(seed);
        int turn = 0;
        for (int step = 0; step < steps && users.length > 0; step++) {
            ProgressListener now = watch.part((double) step / steps, (step + 1.0) / steps);
            if (turn == 0) {
                shuffle(users, users.length, random);
            }
            int[] asked = Arrays.copyOfRange(users, turn, Math.min(turn + USERS, users.length));
            turn = turn + USERS < users.length ? turn + USERS : 0;
            float[][] convolved = convolution.of(items, now.part(0, 0.3));
            SampledSoftmax.Slope slope = loss.at(convolved, asked, drawn(log.items(), random), now.part(0.3, 0.7));
            adam.step(convolution.of(slope.gradient(), now.part(0.7, 1)), rate * (1 - (double) step / steps));
        }
    }

    /**
     * An item of degree d and the singular vector v begins with {@code d^¼ v}: half of its popularity stands in what it is compared
     * by, half is taken from what it adds to users.
     */
    private float[][] first(InteractionMatrix log, ParallelFor crew, ProgressListener watch) {
        Factors known = new LowPass(dimension, 1, seed).learn(log, crew, watch);
        double[] degrees = log.itemDegrees();
        float[][] vectors = new float[log.items()][known.dimension()];
        for (int item = 0; item < vectors.length; item++) {
            if (degrees[item] > 0) {
                RowMatrix.add((float) Math.pow(degrees[item], -0.25), known.vector(item), vectors[item]);
            }
        }
        scale(vectors);
        return vectors;
    }

    private static void scale(float[][] vectors) {
        double squares = 0;
        for (float[] vector : vectors) {
            squares += VectorUtil.dotProduct(vector, vector);
        }
        double root = Math.sqrt(squares / ((double) vectors.length * RowMatrix.width(vectors)));
        for (float[] vector : vectors) {
            for (int d = 0; d < vector.length; d++) {
                vector[d] *= root > 0 ? (float) (FIRST / root) : 0;
            }
        }
    }

    /** Items, each at most once. */
    private static int[] drawn(int items, SplittableRandom random) {
        int[] all = IntStream.range(0, items).toArray();
        int many = Math.min(DRAWN, items);
        shuffle(all, many, random);
        return Arrays.copyOf(all, many);
    }

    /** Puts some of all in front, drawn by chance. */
    private static void shuffle(int[] all, int front, SplittableRandom random) {
        for (int i = 0; i < front; i++) {
            int other = i + random.nextInt(all.length - i);
            int here = all[i];
            all[i] = all[other];
            all[other] = here;
        }
    }

    /** A user's own degree, by which R divides him, changes nothing of the order of items, and is not known of a history. */
    private Factors factors(float[][] vectors, InteractionMatrix log) {
        double[] degrees = log.itemDegrees();
        int width = RowMatrix.width(vectors);
        float[][] inputs = new float[vectors.length][width];
        for (int item = 0; item < vectors.length; item++) {
            if (degrees[item] > 0) {
                RowMatrix.add((float) (1 / Math.sqrt(degrees[item])), vectors[item], inputs[item]);
            }
        }
        return new Factors(vectors, new WeightedSum(inputs, width, log.ordered() ? keep : 1));
    }
}
