package org.opensearch.affinity.integ.bench.soak;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.Test;

import java.util.List;
import java.util.stream.IntStream;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

public class SoakCurveTests {
    private static final long MB = 1_000_000;

    /** Twenty points of 5,000 batches: 300 MB in the first tenth, then some bytes per batch. */
    private static SoakCurve curve(long residentPerBatch, long heapPerBatch) {
        return new SoakCurve(IntStream.rangeClosed(1, 20).mapToObj(i -> {
            long batches = i * 5_000L;
            long start = i == 1 ? 0 : 300 * MB;
            return new SoakPoint(batches, i, start + batches * residentPerBatch, 10 * MB + batches * heapPerBatch);
        }).toList());
    }

    @Test
    public void growthCountsFromTheEndOfTheFirstTenth() {
        SoakCurve curve = curve(100, 10);
        assertEquals(10_000, curve.warm().batches());
        assertEquals(90_000 * 100, curve.residentGrowth());
        assertEquals(90_000 * 10, curve.heapGrowth());
        assertTrue(curve.complaint().isEmpty());
    }

    @Test
    public void leaksAreReported() {
        assertEquals(
            "resident memory grew by 18.0 MB over 90,000 batches, at most 16.8 MB are allowed: there is a leak",
            curve(200, 0).complaint().orElseThrow()
        );
        assertThat(curve(0, 50).complaint().orElseThrow(), containsString("used heap grew by 4.5 MB over 90,000 batches, at most 4.2 MB"));
    }

    @Test
    public void shrinkingIsFine() {
        assertTrue(curve(-100, -10).complaint().isEmpty());
    }

    @Test
    public void reportIsComplete() {
        ObjectNode json = curve(100, 10).json();
        assertEquals(100_000, json.path("batches").asLong());
        assertEquals(20, json.path("curve").size());
        assertEquals(310 * MB, json.path("curve").path(19).path("resident_bytes").asLong());
        assertEquals(9 * MB, json.path("resident_growth_bytes").asLong());
    }

    @Test
    public void numberOfPointsIsAMultipleOfTen() {
        assertThrows(IllegalArgumentException.class, () -> new SoakCurve(List.of()));
        assertThrows(IllegalArgumentException.class, () -> new SoakCurve(curve(1, 1).points().subList(0, 15)));
    }
}
