package org.opensearch.affinity.integ;

import java.util.Arrays;

import org.junit.Test;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

public class IntervalTests {
    @Test
    public void intervalOfAMeanIsAboutTwoStandardErrors() {
        // 10,000 coin throws, half of them heads: standard error 0.5 / 100, so 0.5 ± 0.0098
        double[] throwsOfACoin = new double[10_000];
        Arrays.fill(throwsOfACoin, 0, 5_000, 1);
        Interval mean = Interval.mean(throwsOfACoin);
        assertEquals(0.5, mean.value(), 0);
        assertEquals(0.5 - 0.0098, mean.low(), 0.001);
        assertEquals(0.5 + 0.0098, mean.high(), 0.001);
    }

    @Test
    public void sameNumberEverywhereHasNoWidth() {
        assertEquals(new Interval(0.25, 0.25, 0.25), Interval.mean(new double[] { 0.25, 0.25, 0.25 }));
    }

    @Test
    public void ratioIsPaired() {
        // Twice as good for every query, however different the queries are: the ratio is certain.
        double[] below = { 0.1, 0.9, 0.3, 0.5 };
        double[] above = Arrays.stream(below).map(x -> 2 * x).toArray();
        Interval ratio = Interval.ratio(above, below);
        assertEquals(2, ratio.value(), 1e-12);
        assertEquals(2, ratio.low(), 1e-12);
        assertEquals(2, ratio.high(), 1e-12);
        assertTrue(Interval.mean(below).low() < Interval.mean(below).high());
    }

    @Test
    public void differenceIsPaired() {
        double[] below = { 0.125, 0.75, 0.25, 0.5 };
        double[] above = Arrays.stream(below).map(x -> x + 0.25).toArray();
        assertEquals(new Interval(0.25, 0.25, 0.25), Interval.difference(above, below));
        assertThrows(IllegalArgumentException.class, () -> Interval.difference(new double[2], new double[3]));
    }

    @Test
    public void differentNumbersOfQueriesAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> Interval.ratio(new double[2], new double[3]));
    }
}
