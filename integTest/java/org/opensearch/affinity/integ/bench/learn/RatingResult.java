package org.opensearch.affinity.integ.bench.learn;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.evaluate.Interval;
import org.opensearch.affinity.integ.cluster.Rest;
import org.opensearch.affinity.learn.rating.HeldOutRatings;
import org.opensearch.affinity.learn.rating.RatingError;

import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/**
 * The predictions of one method for the ratings of the test part.
 *
 * @param key      the method's name in the file
 * @param settings description of the chosen hyperparameters
 * @param valid    the RMSE on the validation part that they were chosen by
 * @param heldOut  the ratings of the test part
 * @param ratings  the predictions, in the order of {@link HeldOutRatings#asked}
 * @param seconds  time of training, without the choice
 * @param bytes    memory of the model
 */
record RatingResult(String key, String settings, double valid, HeldOutRatings heldOut, double[] ratings, double seconds, long bytes) {
    /** The RMSE; its 95 % interval is by bootstrap over users, since users are the independent sample. */
    Interval rmse() {
        Interval squared = mean(squaredErrors());
        return new Interval(RatingError.rmse(ratings, heldOut.given()), Math.sqrt(squared.low()), Math.sqrt(squared.high()));
    }

    /** The mean absolute error, with an interval as in {@link #rmse}. */
    Interval mae() {
        return mean(absoluteErrors());
    }

    /** The difference of mean squared errors to another method; below 0 when this one is better. */
    Interval squaredErrorDifference(RatingResult other) {
        return mean(differences(squaredErrors(), other.squaredErrors()));
    }

    /** The difference of mean absolute errors to another method; below 0 when this one is better. */
    Interval absoluteErrorDifference(RatingResult other) {
        return mean(differences(absoluteErrors(), other.absoluteErrors()));
    }

    private double[] squaredErrors() {
        return losses(error -> error * error);
    }

    private double[] absoluteErrors() {
        return losses(Math::abs);
    }

    private double[] losses(DoubleUnaryOperator loss) {
        double[] errors = differences(ratings, heldOut.given());
        for (int i = 0; i < errors.length; i++) {
            errors[i] = loss.applyAsDouble(errors[i]);
        }
        return errors;
    }

    private static double[] differences(double[] one, double[] other) {
        double[] differences = new double[one.length];
        for (int i = 0; i < one.length; i++) {
            differences[i] = one[i] - other[i];
        }
        return differences;
    }

    private Interval mean(double[] numbers) {
        double[] ones = new double[numbers.length];
        Arrays.fill(ones, 1);
        return Interval.ratio(byUser(heldOut.asked(), numbers), byUser(heldOut.asked(), ones));
    }

    /**
     * Sums over the ratings of each user.
     *
     * @param asked   ordered by user
     * @param numbers one per rating, in the same order
     */
    static double[] byUser(List<HeldOutRatings.Rating> asked, double[] numbers) {
        double[] sums = new double[numbers.length];
        int users = 0;
        for (int i = 0; i < numbers.length; i++) {
            users += i > 0 && asked.get(i - 1).user() != asked.get(i).user() ? 1 : 0;
            sums[users] += numbers[i];
        }
        return numbers.length == 0 ? sums : Arrays.copyOf(sums, users + 1);
    }

    double megabytes() {
        return bytes / 1e6;
    }

    ObjectNode json() {
        return Rest.JSON.createObjectNode().put("rmse", rmse().value()).put("mae", mae().value()).put("seconds", seconds)
            .put("mb", megabytes());
    }

    ObjectNode intervals() {
        ObjectNode json = Rest.JSON.createObjectNode();
        json.putArray("rmse").add(rmse().low()).add(rmse().high());
        json.putArray("mae").add(mae().low()).add(mae().high());
        return json;
    }
}
