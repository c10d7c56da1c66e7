package org.opensearch.affinity.rank;

import org.opensearch.affinity.track.Ranking;
import org.opensearch.affinity.track.Ranking.ScoreMode;
import org.opensearch.test.OpenSearchTestCase;

public class FusionTests extends OpenSearchTestCase {
    public void testByHand() {
        assertEquals(10f, Fusion.fuse(10, 0, ScoreMode.MULTIPLY), 0f);
        assertEquals(10 * (float) Math.E, Fusion.fuse(10, 1, ScoreMode.MULTIPLY), 1e-5f);
        assertEquals(10 / (float) Math.E, Fusion.fuse(10, -1, ScoreMode.MULTIPLY), 1e-5f);
        assertEquals("a score below 0 rises too", -10 / (float) Math.E, Fusion.fuse(-10, 1, ScoreMode.MULTIPLY), 1e-5f);
        assertEquals(11.5f, Fusion.fuse(10, 1.5, ScoreMode.SUM), 0f);
        assertEquals((float) Math.E, Fusion.fuse(10, 1, ScoreMode.REPLACE), 1e-6f);
        assertEquals(1f, Fusion.fuse(10, 0, ScoreMode.REPLACE), 0f);
    }

    public void testFiniteAndRisingWithMerit() {
        for (int i = 0; i < 1_000; i++) {
            float relevance = randomFrom(0f, Float.MIN_VALUE, Float.MAX_VALUE, -Float.MAX_VALUE, randomFloat() * 50, -randomFloat());
            double lower = (randomDouble() * 2 - 1) * Ranking.MAX_WEIGHT;
            double higher = lower + (Ranking.MAX_WEIGHT - lower) * randomDouble();
            ScoreMode mode = randomFrom(ScoreMode.values());
            float low = Fusion.fuse(relevance, lower, mode);
            float high = Fusion.fuse(relevance, higher, mode);
            assertTrue(low + " " + high, Float.isFinite(low) && Float.isFinite(high) && low <= high);
        }
    }
}
