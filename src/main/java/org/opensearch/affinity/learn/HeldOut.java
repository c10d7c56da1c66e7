package org.opensearch.affinity.learn;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * A log, and what some of its users took besides: what a model that learned from the log should find.
 *
 * @param log    what is known
 * @param users  whom the model is asked for
 * @param wanted by asked user, items that are not in his row, at least one
 */
public record HeldOut(InteractionMatrix log, int[] users, int[][] wanted) {
    public HeldOut {
        if (users.length != wanted.length) {
            throw new IllegalArgumentException(users.length + " users with " + wanted.length + " lists of wanted items");
        }
    }

    /** Of a log with order: the newest item of everybody who has more than one. */
    public static HeldOut newest(InteractionMatrix all) {
        return of(all, user -> {
            int size = all.end(user) - all.start(user);
            return size < 2 ? new int[0] : new int[] { size - 1 };
        });
    }

    /** A part of each user's items, drawn by chance; of who has too few for one, none. */
    public static HeldOut random(InteractionMatrix all, double part, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return of(all, user -> {
            int size = all.end(user) - all.start(user);
            int[] drawn = IntStream.range(0, size).toArray();
            for (int i = size - 1; i > 0; i--) {
                int other = random.nextInt(i + 1);
                int here = drawn[i];
                drawn[i] = drawn[other];
                drawn[other] = here;
            }
            return Arrays.copyOf(drawn, (int) (part * size));
        });
    }

    /** Which of a user's interactions are held out, counted from the oldest. */
    private interface Choice {
        int[] of(int user);
    }

    private static HeldOut of(InteractionMatrix all, Choice choice) {
        InteractionMatrix.Builder rest = new InteractionMatrix.Builder(all.items());
        int[] users = new int[all.users()];
        int[][] wanted = new int[all.users()][];
        int asked = 0;
        for (int user = 0; user < all.users(); user++) {
            int first = all.start(user);
            int[] out = Arrays.stream(choice.of(user)).map(i -> first + i).sorted().toArray();
            for (int place = first; place < all.end(user); place++) {
                if (Arrays.binarySearch(out, place) < 0) {
                    rest.add(user, all.item(place), all.weight(place), all.ordered() ? place : 0);
                }
            }
            if (out.length > 0) {
                users[asked] = user;
                wanted[asked++] = Arrays.stream(out).map(all::item).toArray();
            }
        }
        return new HeldOut(rest.build(), Arrays.copyOf(users, asked), Arrays.copyOf(wanted, asked));
    }

    /** The same log, with at most so many of the users, drawn by chance. */
    public HeldOut sample(int most, long seed) {
        if (users.length <= most) {
            return this;
        }
        SplittableRandom random = new SplittableRandom(seed);
        int[] drawn = IntStream.range(0, users.length).toArray();
        for (int i = 0; i < most; i++) {
            int other = i + random.nextInt(drawn.length - i);
            int here = drawn[i];
            drawn[i] = drawn[other];
            drawn[other] = here;
        }
        int[] kept = Arrays.copyOf(drawn, most);
        Arrays.sort(kept);
        return new HeldOut(log, Arrays.stream(kept).map(i -> users[i]).toArray(), Arrays.stream(kept).mapToObj(i -> wanted[i]).toArray(int[][]::new));
    }

    /** How well a model finds what is wanted, among all items that are not in the user's row. */
    public RankingMetrics judge(InterestModel model, ParallelFor crew, ProgressListener watch) {
        RankingMetrics verdict = RankingMetrics.over(users.length);
        crew.share(users.length, 16, watch, (from, to) -> {
            float[] scores = new float[log.items()];
            for (int i = from; i < to; i++) {
                Arrays.fill(scores, 0);
                model.score(log.history(users[i]), 1, scores);
                verdict.put(i, best(scores, users[i]), wanted[i]);
            }
        });
        return verdict;
    }

    private int[] best(float[] scores, int user) {
        for (int place = log.start(user); place < log.end(user); place++) {
            scores[log.item(place)] = Float.NEGATIVE_INFINITY;
        }
        TopK best = new TopK(RankingMetrics.DEPTH);
        for (int item = 0; item < scores.length; item++) {
            if (scores[item] > Float.NEGATIVE_INFINITY) {
                best.offer(item, scores[item]);
            }
        }
        int[] items = new int[best.size()];
        best.drain(items, new float[items.length]);
        return items;
    }
}
