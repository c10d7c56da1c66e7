package org.opensearch.affinity.evaluate;

import java.util.Arrays;

/**
 * The ratio of two sums over queries. Means, differences of means and ratios of means all have this form. A query without a value
 * has 0 in both sums.
 *
 * @param numerators   one number per query
 * @param denominators one number per query
 */
record RatioEstimator(double[] numerators, double[] denominators) {
    /** @throws IllegalArgumentException if the arrays differ in length */
    RatioEstimator {
        requireOneLength(numerators, denominators);
    }

    private static void requireOneLength(double[] first, double[] second) {
        if (first.length != second.length) {
            throw new IllegalArgumentException(
                "arrays must have one number per query, got [" + first.length + "] and [" + second.length + "]"
            );
        }
    }

    /** Returns the mean over the queries whose number is not {@code NaN}. */
    static RatioEstimator mean(double[] perQuery) {
        double[] known = Arrays.stream(perQuery).map(number -> Double.isNaN(number) ? 0 : number).toArray();
        return new RatioEstimator(known, Arrays.stream(perQuery).map(number -> Double.isNaN(number) ? 0 : 1).toArray());
    }

    /** Returns the mean of {@code minuend - subtrahend} over the queries that have both. */
    static RatioEstimator difference(double[] minuend, double[] subtrahend) {
        requireOneLength(minuend, subtrahend);
        double[] differences = new double[minuend.length];
        Arrays.setAll(differences, i -> minuend[i] - subtrahend[i]);
        return mean(differences);
    }

    /** Returns the mean of {@code dividend} divided by the mean of {@code divisor}, over the queries that have both. */
    static RatioEstimator ratio(double[] dividend, double[] divisor) {
        RatioEstimator both = difference(dividend, divisor);
        double[] numerators = dividend.clone();
        double[] denominators = divisor.clone();
        for (int i = 0; i < dividend.length; i++) {
            if (both.denominators[i] == 0) {
                numerators[i] = denominators[i] = 0;
            }
        }
        return new RatioEstimator(numerators, denominators);
    }

    /** Returns the ratio over all queries; not finite if the denominators add up to 0. */
    double value() {
        return Arrays.stream(numerators).sum() / Arrays.stream(denominators).sum();
    }

    int queries() {
        return numerators.length;
    }
}
