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
import org.opensearch.affinity.learn.network.NetworkInputs;
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
 * @param content   estimates the vectors of items without events
 * @param estimates by item without events, the estimate from its content; null for others
 */
public record LearnedPart(PartMethod method, Factors factors, float scale, ContentRows content, float[][] estimates) {
    private static final int SAMPLED_USERS = 500;

    /**
     * Learns a part.
     *
     * @param networks with unit vectors of one dimension as contents, by item; null for an item without
     */
    public static LearnedPart learn(
        PartMethod method,
        InteractionMatrix matrix,
        NetworkInputs networks,
        long seed,
        ParallelFor parallel,
        ProgressListener progress
    ) {
        float[][] contents = networks.contents();
        Factors factors = method.learn(matrix, networks, parallel, progress.part(0, 0.8));
        double[] degrees = matrix.itemDegrees();
        float[][] known = new float[contents.length][];
        for (int item = 0; item < known.length; item++) {
            known[item] = item < degrees.length && degrees[item] > 0 ? factors.vector(item) : null;
        }
        ContentRows content = factors.encoder() instanceof NetworkEncoder network && network.map().length > 0
            ? ContentRows.learned(network.map(), network.layers().unitRows(), known, contents)
            : ContentRows.learn(known, contents, parallel, progress.part(0.8, 0.95));
        return new LearnedPart(method, factors, scale(factors, matrix, seed, parallel), content, estimates(known, contents, content));
    }

    private static float[][] estimates(float[][] known, float[][] contents, ContentRows content) {
        float[][] estimates = new float[known.length][];
        for (int item = 0; item < known.length; item++) {
            boolean estimated = known[item] == null && contents[item] != null && content.weights().length > 0;
            estimates[item] = estimated ? content.estimate(contents[item]) : null;
        }
        return estimates;
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
        WeightedHistory all = matrix.history(user);
        int size = Math.min(all.size(), History.MAX);
        float[] weights = new float[size];
        Arrays.fill(weights, 1);
        return new WeightedHistory(
            Arrays.copyOf(all.items(), size),
            weights,
            Arrays.copyOf(all.gaps(), size),
            Arrays.copyOf(all.actions(), size)
        );
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
            case NetworkEncoder network -> null;
        };
        NetworkEncoder.Layers layers = encoder instanceof NetworkEncoder network ? network.layers() : null;
        return new PartEncoder(encoder.dimension(), (float) encoder.recencyDecay(), scale, solve, content.weights(), layers);
    }

    /** Returns the row of an item. */
    public ModelIndex.ItemVector vector(int item) {
        float[] vector = estimates[item] != null ? estimates[item] : factors.vector(item);
        float factor = switch (factors.encoder()) {
            case FoldIn foldIn -> 1;
            case NetworkEncoder network -> 1;
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
        if (content.weights().length > 0) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("items", content.items());
            if (content.ridge() > 0) {
                map.put("ridge", content.ridge());
            }
            map.put("explained", content.explained());
            described.put("content", map);
        }
        return described;
    }
}
