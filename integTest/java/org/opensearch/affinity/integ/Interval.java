package org.opensearch.affinity.integ;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A figure over queries with its 95 % interval: percentile bootstrap (Efron 1979), queries drawn with replacement, fixed seed.
 *
 * @param value the figure over all queries
 * @param low   the 2.5 % quantile of the figure over resampled queries
 * @param high  its 97.5 % quantile
 */
record Interval(double value, double low, double high) {
    private static final int RESAMPLES = 1_000;
    private static final long SEED = 20_260_101L;

    /** The mean of one number a query. */
    static Interval mean(double[] perQuery) {
        double[] ones = new double[perQuery.length];
        Arrays.fill(ones, 1);
        return ratio(perQuery, ones);
    }

    /** The mean of one number divided by the mean of another, over the same queries: the resamples are paired. */
    static Interval ratio(double[] above, double[] below) {
        if (above.length != below.length) {
            throw new IllegalArgumentException(above.length + " queries against " + below.length);
        }
        SplittableRandom random = new SplittableRandom(SEED);
        double[] resampled = new double[RESAMPLES];
        for (int i = 0; i < RESAMPLES; i++) {
            double sumAbove = 0;
            double sumBelow = 0;
            for (int k = 0; k < above.length; k++) {
                int drawn = random.nextInt(above.length);
                sumAbove += above[drawn];
                sumBelow += below[drawn];
            }
            resampled[i] = sumAbove / sumBelow;
        }
        Arrays.sort(resampled);
        double value = Arrays.stream(above).sum() / Arrays.stream(below).sum();
        return new Interval(value, quantile(resampled, 0.025), quantile(resampled, 0.975));
    }

    /** The mean of what one number is above another, over the same queries: the resamples are paired. */
    static Interval difference(double[] above, double[] below) {
        if (above.length != below.length) {
            throw new IllegalArgumentException(above.length + " queries against " + below.length);
        }
        double[] more = new double[above.length];
        Arrays.setAll(more, i -> above[i] - below[i]);
        return mean(more);
    }

    private static double quantile(double[] sorted, double q) {
        return sorted[(int) Math.round(q * (sorted.length - 1))];
    }
}
