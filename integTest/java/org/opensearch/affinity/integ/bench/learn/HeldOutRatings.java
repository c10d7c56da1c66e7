package org.opensearch.affinity.integ.bench.learn;

import org.opensearch.affinity.learn.rating.RatingModel;
import org.opensearch.affinity.learn.rating.Ratings;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Known ratings, and held-out ratings to be predicted.
 *
 * @param asked the held-out ratings, ordered by user
 */
record HeldOutRatings(Ratings known, List<Rating> asked) {
    /**
     * A rating.
     *
     * @param given its value
     * @param time  in epoch milliseconds
     */
    record Rating(int user, int item, float given, long time) {}

    /**
     * @param items number of items of the catalogue
     * @param known in any order
     * @param asked in any order
     */
    static HeldOutRatings of(int items, List<Rating> known, List<Rating> asked) {
        Ratings.Builder builder = new Ratings.Builder(items);
        known.stream().sorted(Comparator.comparingLong(Rating::time)).forEach(one -> builder.add(one.user, one.item, one.given));
        return new HeldOutRatings(builder.build(), asked.stream().sorted(Comparator.comparingInt(Rating::user)).toList());
    }

    /** The values of the held-out ratings, in the order of {@link #asked}. */
    double[] given() {
        return asked.stream().mapToDouble(Rating::given).toArray();
    }

    /** The predictions of a model, in the order of {@link #asked}. */
    double[] predicted(RatingModel model) {
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

    /** Sums over the ratings of each user, of one number per rating in the order of {@link #asked}. */
    double[] byUser(double[] numbers) {
        double[] sums = new double[numbers.length];
        int users = 0;
        for (int i = 0; i < numbers.length; i++) {
            users += i > 0 && asked.get(i - 1).user != asked.get(i).user ? 1 : 0;
            sums[users] += numbers[i];
        }
        return numbers.length == 0 ? sums : Arrays.copyOf(sums, users + 1);
    }
}
