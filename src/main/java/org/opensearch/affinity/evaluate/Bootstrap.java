package org.opensearch.affinity.evaluate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/**
 * The percentile bootstrap (Efron, Annals of Statistics 1979): queries are drawn with replacement, as many as there are, and each
 * figure is taken anew. All figures see the same draws, so what is compared is compared over the same queries. The seed is fixed:
 * the same numbers have the same intervals.
 */
final class Bootstrap {
    static final int RESAMPLES = 1_000;
    private static final long SEED = 20_260_101L;

    private final List<RatioEstimator> figures;
    private final double[][] resampled;

    private Bootstrap(List<RatioEstimator> figures) {
        this.figures = figures;
        resampled = new double[figures.size()][RESAMPLES];
    }

    /** The interval of one figure. */
    static Interval interval(RatioEstimator figure) {
        return intervals(List.of(figure), () -> false).getFirst();
    }

    /**
     * The intervals of figures over the same queries, in their order. O(resamples · queries · figures).
     *
     * @param stop asked before each resample; where it says so, what was drawn until then is all there is
     */
    static List<Interval> intervals(List<RatioEstimator> figures, BooleanSupplier stop) {
        Bootstrap bootstrap = new Bootstrap(figures);
        bootstrap.draw(stop);
        List<Interval> intervals = new ArrayList<>(figures.size());
        for (int i = 0; i < figures.size(); i++) {
            intervals.add(bootstrap.interval(i));
        }
        return intervals;
    }

    private void draw(BooleanSupplier stop) {
        int queries = figures.isEmpty() ? 0 : figures.getFirst().queries();
        SplittableRandom random = new SplittableRandom(SEED);
        int[] drawn = new int[queries];
        for (double[] values : resampled) {
            Arrays.fill(values, Double.NaN);
        }
        for (int resample = 0; resample < RESAMPLES && stop.getAsBoolean() == false; resample++) {
            Arrays.fill(drawn, 0);
            for (int i = 0; i < queries; i++) {
                drawn[random.nextInt(queries)]++;
            }
            for (int figure = 0; figure < figures.size(); figure++) {
                resampled[figure][resample] = value(figures.get(figure), drawn);
            }
        }
    }

    /** @param times that each query was drawn */
    private static double value(RatioEstimator figure, int[] times) {
        double above = 0;
        double below = 0;
        for (int i = 0; i < times.length; i++) {
            above += times[i] * figure.above()[i];
            below += times[i] * figure.below()[i];
        }
        return above / below;
    }

    private Interval interval(int figure) {
        double[] sorted = Arrays.stream(resampled[figure]).filter(Double::isFinite).sorted().toArray();
        return new Interval(figures.get(figure).value(), quantile(sorted, 0.025), quantile(sorted, 0.975));
    }

    private static double quantile(double[] sorted, double q) {
        return sorted.length == 0 ? Double.NaN : sorted[(int) Math.round(q * (sorted.length - 1))];
    }
}
