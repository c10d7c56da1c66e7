package org.opensearch.affinity.evaluate;

import org.opensearch.test.OpenSearchTestCase;

import java.util.Arrays;
import java.util.List;

public class BootstrapTests extends OpenSearchTestCase {
    private static Interval mean(double... perQuery) {
        return Bootstrap.interval(RatioEstimator.mean(perQuery));
    }

    public void testIntervalOfAMeanIsAboutTwoStandardErrors() {
        // 10,000 coin throws, half of them heads: the standard error is 0.5 / 100, so the interval is 0.5 ± 0.0098.
        double[] coinThrows = new double[10_000];
        Arrays.fill(coinThrows, 0, 5_000, 1);
        Interval mean = mean(coinThrows);
        assertEquals(0.5, mean.value(), 0);
        assertEquals(0.5 - 0.0098, mean.low(), 0.001);
        assertEquals(0.5 + 0.0098, mean.high(), 0.001);
    }

    public void testIntervalOfEqualNumbersHasNoWidth() {
        assertEquals(new Interval(0.25, 0.25, 0.25), mean(0.25, 0.25, 0.25));
    }

    public void testEqualInputsHaveEqualIntervals() {
        double[] numbers = random().doubles(between(2, 50)).toArray();
        Interval mean = mean(numbers);
        assertEquals(mean, mean(numbers));
        assertTrue(mean.low() <= mean.value() && mean.value() <= mean.high());
    }

    public void testDifferenceIsPaired() {
        double[] smaller = { 0.125, 0.75, 0.25, 0.5 };
        double[] larger = Arrays.stream(smaller).map(x -> x + 0.25).toArray();
        assertEquals(new Interval(0.25, 0.25, 0.25), Bootstrap.interval(RatioEstimator.difference(larger, smaller)));
        assertTrue(mean(smaller).low() < mean(smaller).high());
    }

    public void testRatioIsPaired() {
        // Twice as large for every query, so the interval has no width.
        double[] smaller = { 0.1, 0.9, 0.3, 0.5 };
        Interval ratio = Bootstrap.interval(RatioEstimator.ratio(Arrays.stream(smaller).map(x -> 2 * x).toArray(), smaller));
        assertEquals(2, ratio.value(), 1e-12);
        assertEquals(2, ratio.low(), 1e-12);
        assertEquals(2, ratio.high(), 1e-12);
    }

    public void testEstimatorsUseTheSameResamples() {
        double[] one = random().doubles(40).toArray();
        double[] other = random().doubles(40).toArray();
        List<RatioEstimator> estimators = List.of(
            RatioEstimator.mean(one),
            RatioEstimator.mean(other),
            RatioEstimator.difference(one, other)
        );
        List<Interval> together = Bootstrap.intervals(estimators, () -> false);
        assertEquals(estimators.stream().map(Bootstrap::interval).toList(), together);
    }

    public void testQueriesWithoutANumberAreLeftOut() {
        assertEquals(new Interval(0.5, 0.5, 0.5), mean(0.5, Double.NaN, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5));
        double[] gaps = { Double.NaN, 0.5, 3 };
        double[] whole = { 7, 0.25, 1 };
        assertEquals((0.25 + 2) / 2, RatioEstimator.difference(gaps, whole).value(), 1e-12);
        assertEquals(3.5 / 1.25, RatioEstimator.ratio(gaps, whole).value(), 1e-12);
        assertTrue(Double.isNaN(mean(Double.NaN).value()));
        assertTrue(Double.isNaN(mean().low()));
    }

    public void testDifferentLengthsAreRefused() {
        expectThrows(IllegalArgumentException.class, () -> RatioEstimator.ratio(new double[2], new double[3]));
        expectThrows(IllegalArgumentException.class, () -> RatioEstimator.difference(new double[2], new double[3]));
    }

    public void testGroupsByKnownEvents() {
        List<Long> counts = List.of(0L, 1L, 2L, 3L, 9L, 10L, 1_000_000L);
        assertEquals(
            List.of("0", "1-2", "1-2", "3-9", "3-9", "10+", "10+"),
            counts.stream().map(count -> KnownEvents.of(count).toString()).toList()
        );
    }
}
