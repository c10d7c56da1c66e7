package org.opensearch.affinity.tracker;

import org.opensearch.test.OpenSearchTestCase;

public class DecayTests extends OpenSearchTestCase {
    public void testHalvesEveryHalfLife() {
        Decay decay = new Decay(1_000);
        assertEquals(1.0, decay.factor(5_000, 5_000), 0);
        assertEquals(0.5, decay.factor(5_000, 6_000), 0);
        assertEquals(0.125, decay.factor(5_000, 8_000), 0);
        assertEquals("the past does not grow", 1.0, decay.factor(5_000, 4_000), 0);
    }

    public void testHalfLifeMustBePositive() {
        Exception e = expectThrows(IllegalArgumentException.class, () -> new Decay(0));
        assertEquals("[half_life] must be above 0, got [0ms]", e.getMessage());
    }
}
