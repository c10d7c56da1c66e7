package org.opensearch.affinity.learn.rating;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Ratings to learn from, and held-out ratings that a model should predict. Immutable.
 *
 * @param known ratings to learn from
 * @param asked the held-out ratings, ordered by user
 */
public record HeldOutRatings(Ratings known, List<Rating> asked) {
    /**
     * A held-out rating.
     *
     * @param given its value
     */
    public record Rating(int user, int item, float given) {}

    /**
     * Draws users at random, with all their ratings, and holds out the newest rating of those with at least two.
     *
     * @param most      largest number of ratings of the drawn users; of one user there may be more
     * @param mostAsked largest number of held-out ratings
     */
    public static HeldOutRatings newestOfSome(Ratings all, int most, int mostAsked, long seed) {
        int[] users = IntStream.range(0, all.users()).toArray();
        SplittableRandom random = new SplittableRandom(seed);
        Ratings.Builder known = new Ratings.Builder(all.items());
        List<Rating> asked = new ArrayList<>();
        int size = 0;
        for (int i = 0; i < users.length && size < most; i++) {
            int drawn = i + random.nextInt(users.length - i);
            int user = users[drawn];
            users[drawn] = users[i];
            RatedItems rated = all.of(user);
            int newest = rated.size() - 1;
            boolean isAsked = newest > 0 && asked.size() < mostAsked;
            for (int place = 0; place < rated.size(); place++) {
                if (place == newest && isAsked) {
                    asked.add(new Rating(user, rated.items()[place], rated.ratings()[place]));
                } else {
                    known.add(user, rated.items()[place], rated.ratings()[place]);
                }
            }
            size += rated.size();
        }
        asked.sort(Comparator.comparingInt(Rating::user));
        return new HeldOutRatings(known.build(), List.copyOf(asked));
    }

    /** Returns the values of the held-out ratings, in the order of {@link #asked}. */
    public double[] given() {
        return asked.stream().mapToDouble(Rating::given).toArray();
    }

    /** Returns the predictions of a model, in the order of {@link #asked}. */
    public double[] predicted(RatingModel model) {
        double[] predicted = new double[asked.size()];
        float[] user = null;
        for (int i = 0; i < predicted.length; i++) {
            Rating one = asked.get(i);
            if (i == 0 || asked.get(i - 1).user != one.user) {
                user = model.user(known.of(one.user));
            }
            predicted[i] = model.predict(user, one.item);
        }
        return predicted;
    }
}
