package org.opensearch.affinity.evaluate;

import java.util.Arrays;

/**
 * A figure over queries: a sum over them divided by another, both with one term a query. Means, differences and ratios of means
 * are all of this form. A query for which a figure is {@code NaN} does not take part in it.
 */
record RatioEstimator(double[] above, double[] below) {
    RatioEstimator {
        if (above.length != below.length) {
            throw new IllegalArgumentException(above.length + " queries against " + below.length);
        }
    }

    /** The mean of one number a query. */
    static RatioEstimator mean(double[] perQuery) {
        double[] known = Arrays.stream(perQuery).map(number -> Double.isNaN(number) ? 0 : number).toArray();
        return new RatioEstimator(known, Arrays.stream(perQuery).map(number -> Double.isNaN(number) ? 0 : 1).toArray());
    }

    /** The mean of what one number is above another, over the queries that have both. */
    static RatioEstimator difference(double[] of, double[] than) {
        if (of.length != than.length) {
            throw new IllegalArgumentException(of.length + " queries against " + than.length);
        }
        double[] more = new double[of.length];
        Arrays.setAll(more, i -> of[i] - than[i]);
        return mean(more);
    }

    /** The mean of one number divided by the mean of another, over the queries that have both. */
    static RatioEstimator ratio(double[] of, double[] to) {
        RatioEstimator both = difference(of, to);
        double[] above = of.clone();
        double[] below = to.clone();
        for (int i = 0; i < of.length; i++) {
            if (both.below[i] == 0) {
                above[i] = below[i] = 0;
            }
        }
        return new RatioEstimator(above, below);
    }

    double value() {
        return Arrays.stream(above).sum() / Arrays.stream(below).sum();
    }

    int queries() {
        return above.length;
    }
}
