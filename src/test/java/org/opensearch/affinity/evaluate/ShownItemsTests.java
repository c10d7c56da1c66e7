package org.opensearch.affinity.evaluate;

import org.opensearch.affinity.tracker.Decay;
import org.opensearch.test.OpenSearchTestCase;

import java.util.List;

public class ShownItemsTests extends OpenSearchTestCase {
    public void testSharesOfWhatEventsAreWorthByNow() {
        ShownItems shown = new ShownItems(new Decay(1_000));
        assertArrayEquals(new int[] { 0, 1 }, shown.numbers(List.of("a", "b")));
        assertArrayEquals(new int[] { 1, 2 }, shown.numbers(List.of("b", "c")));
        // By now, at 3,000: a 4, which is from before, 1; b 3; another one that was not shown 2. With 1 for each of 4 items: 10.
        shown.liked("a", 4, 1_000);
        shown.liked("b", 3, 3_000);
        shown.liked("other", 4, 2_000);
        assertArrayEquals(new double[] { 0.2, 0.4, 0.1 }, shown.probabilities(4), 1e-12);
    }

    public void testNobodyLikedAnything() {
        ShownItems shown = new ShownItems(new Decay(1_000));
        shown.numbers(List.of("a", "b"));
        assertArrayEquals(new double[] { 0.125, 0.125 }, shown.probabilities(8), 1e-12);
    }

    public void testOrderOfRowsDoesNotMatter() {
        ShownItems one = new ShownItems(new Decay(500));
        ShownItems other = new ShownItems(new Decay(500));
        one.numbers(List.of("a", "b"));
        other.numbers(List.of("a", "b"));
        long[] times = { between(0, 5_000), between(0, 5_000), between(0, 5_000) };
        one.liked("a", 2, times[0]);
        one.liked("b", 1, times[1]);
        one.liked("c", 1, times[2]);
        other.liked("c", 1, times[2]);
        other.liked("b", 1, times[1]);
        other.liked("a", 2, times[0]);
        assertArrayEquals(one.probabilities(3), other.probabilities(3), 1e-9);
    }
}
