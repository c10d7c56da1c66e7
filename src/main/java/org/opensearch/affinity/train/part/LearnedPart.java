package org.opensearch.affinity.train.part;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.learn.Factors;
import org.opensearch.affinity.learn.FoldIn;
import org.opensearch.affinity.learn.HistoryEncoder;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.NetworkEncoder;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.WeightedHistory;
import org.opensearch.affinity.learn.WeightedSum;
import org.opensearch.affinity.learn.factor.ContentRows;
import org.opensearch.affinity.model.ModelIndex;
import org.opensearch.affinity.model.PartEncoder;
import org.opensearch.affinity.profile.History;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A learned part of a model: item vectors, and what makes a user's vector and a signal of them. Immutable.
 *
 * @param scale   dot product at which the signal is 1
 * @param content estimates the vectors of items without events
 */
public record LearnedPart(PartMethod method, Factors factors, float scale, ContentRows content) {
    private static final int SAMPLED_USERS = 500;

    /**
     * Learns a part.
     *
     * @param contents unit vectors of one dimension, by item; null for an item without
     */
    public static LearnedPart learn(
        PartMethod method,
        InteractionMatrix matrix,
        float[][] contents,
        long seed,
        ParallelFor parallel,
        ProgressListener progress
    ) {
        Factors factors = method.method().learn(matrix, parallel, progress.part(0, 0.8));
        double[] degrees = matrix.itemDegrees();
        float[][] known = new float[contents.length][];
        for (int item = 0; item < known.length; item++) {
            known[item] = item < degrees.length && degrees[item] > 0 ? factors.vector(item) : null;
        }
        ContentRows content = ContentRows.learn(known, contents, parallel, progress.part(0.8, 0.95));
        return new LearnedPart(method, factors, scale(factors, matrix, seed, parallel), content);
    }

    /** Returns the median over users of the best score of an item that is not in the user's history. */
    private static float scale(Factors factors, InteractionMatrix matrix, long seed, ParallelFor parallel) {
        if (matrix.users() == 0) {
            return 1;
        }
        SplittableRandom random = new SplittableRandom(seed);
        int[] users = random.ints(SAMPLED_USERS, 0, matrix.users()).filter(user -> matrix.end(user) > matrix.start(user)).toArray();
        float[] best = new float[users.length];
        parallel.run(users.length, 1, ProgressListener.NONE, (from, to) -> {
            for (int i = from; i < to; i++) {
                best[i] = best(factors, history(matrix, users[i]));
            }
        });
        Arrays.sort(best);
        float median = best.length == 0 ? 0 : best[best.length / 2];
        return median > 0 ? median : 1;
    }

    /** Returns the history that a search would have of a user. */
    private static WeightedHistory history(InteractionMatrix matrix, int user) {
        int[] items = matrix.history(user).items();
        return WeightedHistory.of(Arrays.copyOf(items, Math.min(items.length, History.MAX)));
    }

    private static float best(Factors factors, WeightedHistory history) {
        float[] scores = factors.scores(history);
        for (int item : history.items()) {
            scores[item] = 0;
        }
        float best = 0;
        for (float score : scores) {
            best = Math.max(best, score);
        }
        return best;
    }

    /** Returns how a user's vector is made. */
    public PartEncoder encoder() {
        HistoryEncoder encoder = factors.encoder();
        PartEncoder.Solve solve = switch (encoder) {
            case WeightedSum sum -> null;
            case FoldIn foldIn -> new PartEncoder.Solve(foldIn.base(), foldIn.regularisation(), factors.items());
            case NetworkEncoder network -> throw new IllegalStateException("no part of a model has a network yet");
        };
        return new PartEncoder(encoder.dimension(), (float) encoder.recencyDecay(), scale, solve, content.weights());
    }

    /** Returns the row of an item. */
    public ModelIndex.ItemVector vector(int item) {
        float[] vector = factors.vector(item);
        float factor = switch (factors.encoder()) {
            case FoldIn foldIn -> 1;
            case NetworkEncoder network -> throw new IllegalStateException("no part of a model has a network yet");
            case WeightedSum sum -> {
                float squared = VectorUtil.dotProduct(vector, vector);
                yield squared > 0 ? VectorUtil.dotProduct(sum.input(item), vector) / squared : 0;
            }
        };
        return new ModelIndex.ItemVector(vector, factor);
    }

    Map<String, Object> describe() {
        Map<String, Object> described = new LinkedHashMap<>(method.part().settings(method.method()));
        described.put("scale", scale);
        if (content.ridge() > 0) {
            described.put("content", Map.of("items", content.items(), "ridge", content.ridge(), "explained", content.explained()));
        }
        return described;
    }
}
