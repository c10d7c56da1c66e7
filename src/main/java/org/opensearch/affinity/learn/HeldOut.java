package org.opensearch.affinity.learn;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Interactions to learn from, and held-out items of some users that a model should rank high.
 *
 * @param training the interactions that a model may learn from
 * @param users    the users of the evaluation
 * @param relevant held-out items by position in {@code users}, at least one each; none is in the user's row of {@code training}
 */
public record HeldOut(InteractionMatrix training, int[] users, int[][] relevant) {
    private static final int USERS_PER_CHUNK = 16;

    /** @throws IllegalArgumentException if {@code users} and {@code relevant} differ in length */
    public HeldOut {
        if (users.length != relevant.length) {
            throw new IllegalArgumentException(
                "users and relevant must have one length, got [" + users.length + "] users and [" + relevant.length + "] lists of items"
            );
        }
    }

    /** Holds out the newest item of each user with at least two. The order of rows must be known. */
    public static HeldOut newest(InteractionMatrix all) {
        return split(all, user -> {
            int size = all.end(user) - all.start(user);
            return size < 2 ? new int[0] : new int[] { size - 1 };
        });
    }

    /** Holds out a random fraction of each user's items, rounded down. */
    public static HeldOut random(InteractionMatrix all, double fraction, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return split(all, user -> {
            int size = all.end(user) - all.start(user);
            int[] drawn = IntStream.range(0, size).toArray();
            for (int i = size - 1; i > 0; i--) {
                swap(drawn, i, random.nextInt(i + 1));
            }
            return Arrays.copyOf(drawn, (int) (fraction * size));
        });
    }

    /**
     * Holds out the newest item of a few random users with at least two. The order of rows must be known.
     *
     * @param among users to draw from
     */
    public static HeldOut newestOfSome(InteractionMatrix all, BitSet among, int max, long seed) {
        BitSet drawn = drawn(all, among, max, seed);
        return split(all, user -> drawn.get(user) ? new int[] { all.end(user) - all.start(user) - 1 } : new int[0]);
    }

    /**
     * Holds out a random fraction of each row, rounded up, of a few random users with at least two items; one item is left.
     *
     * @param among users to draw from
     */
    public static HeldOut randomOfSome(InteractionMatrix all, BitSet among, double fraction, int max, long seed) {
        BitSet drawn = drawn(all, among, max, seed);
        SplittableRandom random = new SplittableRandom(seed);
        return split(all, user -> {
            int size = all.end(user) - all.start(user);
            int[] places = IntStream.range(0, size).toArray();
            shuffle(places, size - 1, random);
            return drawn.get(user) ? Arrays.copyOf(places, Math.min(size - 1, (int) Math.ceil(fraction * size))) : new int[0];
        });
    }

    /** Draws at most so many users with at least two items, and at most a tenth of them. */
    private static BitSet drawn(InteractionMatrix all, BitSet among, int max, long seed) {
        int[] users = among.stream().filter(user -> user < all.users()).filter(user -> all.end(user) - all.start(user) > 1).toArray();
        int size = Math.min(max, users.length / 10);
        shuffle(users, size, new SplittableRandom(seed));
        BitSet drawn = new BitSet();
        Arrays.stream(users, 0, size).forEach(drawn::set);
        return drawn;
    }

    /** Moves a random sample of the numbers to the front. */
    private static void shuffle(int[] numbers, int sampleSize, SplittableRandom random) {
        for (int i = 0; i < sampleSize; i++) {
            swap(numbers, i, i + random.nextInt(numbers.length - i));
        }
    }

    /** @param heldOut by user, the indices of held-out interactions in the user's row, 0 being the oldest */
    private static HeldOut split(InteractionMatrix all, IntFunction<int[]> heldOut) {
        InteractionMatrix.Builder training = new InteractionMatrix.Builder(all.items(), all.actionNames());
        int[] users = new int[all.users()];
        int[][] relevant = new int[all.users()][];
        int size = 0;
        for (int user = 0; user < all.users(); user++) {
            int start = all.start(user);
            int[] out = Arrays.stream(heldOut.apply(user)).map(i -> start + i).sorted().toArray();
            long time = 0;
            for (int position = start; position < all.end(user); position++) {
                // Shorter than in fact, but of the same magnitude.
                time += all.gap(position) == 0 ? 0 : 1L << all.gap(position) - 1;
                if (Arrays.binarySearch(out, position) < 0) {
                    training.add(user, all.item(position), all.weight(position), time, all.action(position));
                }
            }
            if (out.length > 0) {
                users[size] = user;
                relevant[size++] = Arrays.stream(out).map(all::item).toArray();
            }
        }
        return new HeldOut(training.build(), Arrays.copyOf(users, size), Arrays.copyOf(relevant, size));
    }

    /** Returns the same training interactions with at most {@code max} of the users, drawn at random. */
    public HeldOut sample(int max, long seed) {
        if (users.length <= max) {
            return this;
        }
        SplittableRandom random = new SplittableRandom(seed);
        int[] drawn = IntStream.range(0, users.length).toArray();
        shuffle(drawn, max, random);
        int[] sampled = Arrays.copyOf(drawn, max);
        Arrays.sort(sampled);
        int[] sampledUsers = Arrays.stream(sampled).map(i -> users[i]).toArray();
        return new HeldOut(training, sampledUsers, Arrays.stream(sampled).mapToObj(i -> relevant[i]).toArray(int[][]::new));
    }

    private static void swap(int[] numbers, int i, int j) {
        int number = numbers[i];
        numbers[i] = numbers[j];
        numbers[j] = number;
    }

    /** Measures how high a model ranks the held-out items, among all items that are not in the user's row. */
    public RankingMetrics evaluate(InterestModel model, ParallelFor parallel, ProgressListener progress) {
        return evaluate(List.of(model), List.of(new float[] { 1 }), parallel, progress).get(0);
    }

    /**
     * Measures weighted sums of the scores of models. Each model scores each user once, so many sums cost little more than one.
     *
     * @param weights for each sum, the factor of each model's scores
     */
    public List<RankingMetrics> evaluate(List<InterestModel> models, List<float[]> weights, ParallelFor parallel, ProgressListener progress) {
        List<RankingMetrics> metrics = weights.stream().map(sum -> RankingMetrics.ofUsers(users.length)).toList();
        parallel.run(users.length, USERS_PER_CHUNK, progress, (from, to) -> {
            List<WeightedHistory> histories = Arrays.stream(users, from, to).mapToObj(training::history).toList();
            List<float[][]> scores = models.stream().map(model -> scores(model, histories)).toList();
            float[] sum = new float[training.items()];
            for (int i = from; i < to; i++) {
                for (int w = 0; w < metrics.size(); w++) {
                    Arrays.fill(sum, 0);
                    for (int model = 0; model < scores.size(); model++) {
                        RowMatrix.add(weights.get(w)[model], scores.get(model)[i - from], sum);
                    }
                    metrics.get(w).set(i, topNewItems(sum, users[i]), relevant[i]);
                }
            }
        });
        return metrics;
    }

    private static float[][] scores(InterestModel model, List<WeightedHistory> histories) {
        float[][] scores = new float[histories.size()][model.items()];
        model.score(histories, 1, scores);
        return scores;
    }

    /** Overwrites the scores of the user's own items. */
    private int[] topNewItems(float[] scores, int user) {
        for (int position = training.start(user); position < training.end(user); position++) {
            scores[training.item(position)] = Float.NEGATIVE_INFINITY;
        }
        TopK top = new TopK(RankingMetrics.DEPTH);
        for (int item = 0; item < scores.length; item++) {
            if (scores[item] > Float.NEGATIVE_INFINITY) {
                top.offer(item, scores[item]);
            }
        }
        int[] items = new int[top.size()];
        top.drain(items, new float[items.length]);
        return items;
    }
}
