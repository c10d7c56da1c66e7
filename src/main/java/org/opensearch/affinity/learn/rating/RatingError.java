package org.opensearch.affinity.learn.rating;

import java.util.function.DoubleUnaryOperator;

/**
 * How far predicted ratings are from those that were given, in the unit of the ratings (Herlocker et al., TOIS 2004). Pure
 * functions; both arrays are in the order of the ratings.
 */
public final class RatingError {
    private RatingError() {}

    /**
     * Root of the mean squared difference: what is far off counts more.
     *
     * @throws IllegalArgumentException if there are not as many of one as of the other, or none
     */
    public static double rmse(double[] predicted, double[] given) {
        return Math.sqrt(mean(predicted, given, difference -> difference * difference));
    }

    /**
     * Mean absolute difference.
     *
     * @throws IllegalArgumentException if there are not as many of one as of the other, or none
     */
    public static double mae(double[] predicted, double[] given) {
        return mean(predicted, given, Math::abs);
    }

    private static double mean(double[] predicted, double[] given, DoubleUnaryOperator loss) {
        if (predicted.length != given.length || given.length == 0) {
            throw new IllegalArgumentException("[" + predicted.length + "] predicted ratings for [" + given.length + "] given; wanted as many of both, and some");
        }
        double sum = 0;
        for (int i = 0; i < given.length; i++) {
            sum += loss.applyAsDouble(predicted[i] - given[i]);
        }
        return sum / given.length;
    }
}
