package org.opensearch.affinity.evaluate;

import org.opensearch.affinity.tracker.Decay;
import org.opensearch.test.OpenSearchTestCase;

import java.util.List;

public class ShownItemsTests extends OpenSearchTestCase {
    public void testProbabilitiesByHand() {
        ShownItems shown = new ShownItems(new Decay(1_000));
        assertArrayEquals(new int[] { 0, 1 }, shown.numbers(List.of("a", "b")));
        assertArrayEquals(new int[] { 1, 2 }, shown.numbers(List.of("b", "c")));
        // Decayed until 3,000, item a has weight 1, b 3, and an item that is not shown 2. With 1 for each of 4 items, the sum is 10.
        shown.addItem("a", 4, 1_000);
        shown.addItem("b", 3, 3_000);
        shown.addItem("other", 4, 2_000);
        assertArrayEquals(new double[] { 0.2, 0.4, 0.1 }, shown.probabilities(4), 1e-12);
    }

    public void testWithoutEvents() {
        ShownItems shown = new ShownItems(new Decay(1_000));
        shown.numbers(List.of("a", "b"));
        assertArrayEquals(new double[] { 0.125, 0.125 }, shown.probabilities(8), 1e-12);
    }

    public void testResultDoesNotDependOnTheOrderOfItems() {
        ShownItems one = new ShownItems(new Decay(500));
        ShownItems other = new ShownItems(new Decay(500));
        one.numbers(List.of("a", "b"));
        other.numbers(List.of("a", "b"));
        long[] times = { between(0, 5_000), between(0, 5_000), between(0, 5_000) };
        one.addItem("a", 2, times[0]);
        one.addItem("b", 1, times[1]);
        one.addItem("c", 1, times[2]);
        other.addItem("c", 1, times[2]);
        other.addItem("b", 1, times[1]);
        other.addItem("a", 2, times[0]);
        assertArrayEquals(one.probabilities(3), other.probabilities(3), 1e-9);
    }
}
