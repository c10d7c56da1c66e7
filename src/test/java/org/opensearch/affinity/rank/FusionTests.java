package org.opensearch.affinity.rank;

import org.opensearch.test.OpenSearchTestCase;

public class FusionTests extends OpenSearchTestCase {
    public void testByHand() {
        assertEquals(10f, Fusion.fuse(10, 0, 3), 0f);
        assertEquals(10f, Fusion.fuse(10, 0.7f, 0), 0f);
        assertEquals(10 * (float) Math.E, Fusion.fuse(10, 0.5f, 2), 1e-5f);
        assertEquals(10 / (float) Math.E, Fusion.fuse(10, -0.5f, 2), 1e-5f);
        assertEquals("a score below 0 rises too", -10 / (float) Math.E, Fusion.fuse(-10, 0.5f, 2), 1e-5f);
    }

    public void testFiniteAndRisingWithAffinity() {
        for (int i = 0; i < 1_000; i++) {
            float relevance = randomFrom(0f, Float.MIN_VALUE, Float.MAX_VALUE, -Float.MAX_VALUE, randomFloat() * 50, -randomFloat());
            float weight = randomFloat() * AffinityRequest.MAX_WEIGHT;
            float lower = randomFloat() * 2 - 1;
            float higher = lower + (1 - lower) * randomFloat();
            float low = Fusion.fuse(relevance, lower, weight);
            float high = Fusion.fuse(relevance, higher, weight);
            assertTrue(low + " " + high, Float.isFinite(low) && Float.isFinite(high) && low <= high);
        }
    }
}
