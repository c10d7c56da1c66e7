package org.opensearch.affinity.evaluate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/**
 * 95 % intervals by the percentile bootstrap (Efron, Annals of Statistics 1979): each resample draws as many queries as there are,
 * with replacement, and computes each metric from them. All metrics use the same resamples, so comparisons are paired. The seed is
 * fixed, so equal inputs have equal intervals.
 */
final class Bootstrap {
    static final int RESAMPLES = 1_000;
    private static final long SEED = 20_260_101L;

    private final List<RatioEstimator> estimators;
    private final double[][] resampled;

    private Bootstrap(List<RatioEstimator> estimators) {
        this.estimators = estimators;
        resampled = new double[estimators.size()][RESAMPLES];
    }

    /** Returns the interval of one estimator. */
    static Interval interval(RatioEstimator estimator) {
        return intervals(List.of(estimator), () -> false).getFirst();
    }

    /**
     * Returns the intervals of estimators over the same queries, in their order. Takes O(resamples · queries · estimators).
     *
     * @param cancelled checked before each resample; if true, the intervals are those of the resamples so far
     */
    static List<Interval> intervals(List<RatioEstimator> estimators, BooleanSupplier cancelled) {
        Bootstrap bootstrap = new Bootstrap(estimators);
        bootstrap.resample(cancelled);
        List<Interval> intervals = new ArrayList<>(estimators.size());
        for (int i = 0; i < estimators.size(); i++) {
            intervals.add(bootstrap.interval(i));
        }
        return intervals;
    }

    private void resample(BooleanSupplier cancelled) {
        int queries = estimators.isEmpty() ? 0 : estimators.getFirst().queries();
        SplittableRandom random = new SplittableRandom(SEED);
        int[] counts = new int[queries];
        for (double[] values : resampled) {
            Arrays.fill(values, Double.NaN);
        }
        for (int resample = 0; resample < RESAMPLES && cancelled.getAsBoolean() == false; resample++) {
            Arrays.fill(counts, 0);
            for (int i = 0; i < queries; i++) {
                counts[random.nextInt(queries)]++;
            }
            for (int i = 0; i < estimators.size(); i++) {
                resampled[i][resample] = value(estimators.get(i), counts);
            }
        }
    }

    /** @param counts number of times that the resample has each query */
    private static double value(RatioEstimator estimator, int[] counts) {
        double numerator = 0;
        double denominator = 0;
        for (int i = 0; i < counts.length; i++) {
            numerator += counts[i] * estimator.numerators()[i];
            denominator += counts[i] * estimator.denominators()[i];
        }
        return numerator / denominator;
    }

    private Interval interval(int index) {
        double[] sorted = Arrays.stream(resampled[index]).filter(Double::isFinite).sorted().toArray();
        return new Interval(estimators.get(index).value(), quantile(sorted, 0.025), quantile(sorted, 0.975));
    }

    private static double quantile(double[] sorted, double q) {
        return sorted.length == 0 ? Double.NaN : sorted[(int) Math.round(q * (sorted.length - 1))];
    }
}
