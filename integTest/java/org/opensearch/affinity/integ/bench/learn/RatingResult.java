package org.opensearch.affinity.integ.bench.learn;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.evaluate.Interval;
import org.opensearch.affinity.integ.cluster.Rest;
import org.opensearch.affinity.learn.rating.RatingError;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;

/**
 * How one method predicted the ratings of the test part.
 *
 * @param key      its name in the figures
 * @param settings as they were chosen, in words
 * @param valid    the RMSE it was chosen by, on the validation part
 * @param ratings  in the order of asked ratings
 * @param seconds  that learning took, without choosing
 * @param bytes    that the model takes, as its arrays account for themselves
 */
record RatingResult(String key, String settings, double valid, HeldOutRatings asked, double[] ratings, double seconds, long bytes) {
    /** The interval is over users, as people and not their ratings are drawn by chance. */
    Interval rmse() {
        Interval squares = mean(squares());
        return new Interval(RatingError.rmse(ratings, asked.given()), Math.sqrt(squares.low()), Math.sqrt(squares.high()));
    }

    /** As {@link #rmse}. */
    Interval mae() {
        return mean(absolutes());
    }

    /** What its mean squared error is above another's: below 0 where it is better. */
    Interval squaresAbove(RatingResult other) {
        return mean(above(squares(), other.squares()));
    }

    /** What its mean absolute error is above another's. */
    Interval absolutesAbove(RatingResult other) {
        return mean(above(absolutes(), other.absolutes()));
    }

    private double[] squares() {
        return losses(miss -> miss * miss);
    }

    private double[] absolutes() {
        return losses(Math::abs);
    }

    private double[] losses(DoubleUnaryOperator loss) {
        double[] losses = above(ratings, asked.given());
        for (int i = 0; i < losses.length; i++) {
            losses[i] = loss.applyAsDouble(losses[i]);
        }
        return losses;
    }

    private static double[] above(double[] one, double[] other) {
        double[] differences = new double[one.length];
        for (int i = 0; i < one.length; i++) {
            differences[i] = one[i] - other[i];
        }
        return differences;
    }

    private Interval mean(double[] numbers) {
        double[] ones = new double[numbers.length];
        Arrays.fill(ones, 1);
        return Interval.ratio(asked.byUser(numbers), asked.byUser(ones));
    }

    double megabytes() {
        return bytes / 1e6;
    }

    ObjectNode json() {
        return Rest.JSON.createObjectNode().put("rmse", rmse().value()).put("mae", mae().value()).put("seconds", seconds).put("mb", megabytes());
    }

    ObjectNode intervals() {
        ObjectNode json = Rest.JSON.createObjectNode();
        json.putArray("rmse").add(rmse().low()).add(rmse().high());
        json.putArray("mae").add(mae().low()).add(mae().high());
        return json;
    }
}
