package org.opensearch.affinity.learn.rating;

import java.util.function.DoubleUnaryOperator;

/**
 * Error metrics of predicted ratings, in the unit of the ratings (Herlocker et al., TOIS 2004). Pure functions; element i of both
 * arrays belongs to the same rating.
 */
public final class RatingError {
    private RatingError() {}

    /**
     * Returns the root mean square error, which weighs large errors more.
     *
     * @throws IllegalArgumentException if the arrays are empty or differ in length
     */
    public static double rmse(double[] predicted, double[] actual) {
        return Math.sqrt(mean(predicted, actual, difference -> difference * difference));
    }

    /**
     * Returns the mean absolute error.
     *
     * @throws IllegalArgumentException if the arrays are empty or differ in length
     */
    public static double mae(double[] predicted, double[] actual) {
        return mean(predicted, actual, Math::abs);
    }

    private static double mean(double[] predicted, double[] actual, DoubleUnaryOperator loss) {
        if (predicted.length != actual.length || actual.length == 0) {
            throw new IllegalArgumentException(
                "predicted and actual ratings must have one length above 0, got [" + predicted.length + "] and [" + actual.length + "]"
            );
        }
        double sum = 0;
        for (int i = 0; i < actual.length; i++) {
            sum += loss.applyAsDouble(predicted[i] - actual[i]);
        }
        return sum / actual.length;
    }
}
