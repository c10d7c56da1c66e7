package org.opensearch.affinity.rank;

import org.opensearch.affinity.tracker.Ranking;
import org.opensearch.affinity.tracker.Ranking.ScoreMode;
import org.opensearch.test.OpenSearchTestCase;

public class FusionTests extends OpenSearchTestCase {
    public void testByHand() {
        assertEquals(10f, new Fusion(ScoreMode.MULTIPLY, 1).fuse(10, 0), 0f);
        assertEquals(10 * (float) Math.E, new Fusion(ScoreMode.MULTIPLY, 1).fuse(10, 1), 1e-5f);
        assertEquals(10 / (float) Math.E, new Fusion(ScoreMode.MULTIPLY, 1).fuse(10, -1), 1e-5f);
        assertEquals("a score below 0 rises too", -10 / (float) Math.E, new Fusion(ScoreMode.MULTIPLY, 1).fuse(-10, 1), 1e-5f);
        assertEquals(11.5f, new Fusion(ScoreMode.SUM, 1).fuse(10, 1.5), 0f);
        assertEquals((float) Math.E, new Fusion(ScoreMode.REPLACE, 1).fuse(10, 1), 1e-6f);
        assertEquals(1f, new Fusion(ScoreMode.REPLACE, 1).fuse(10, 0), 0f);
        assertEquals("relevance to the power", 100 * (float) Math.E, new Fusion(ScoreMode.MULTIPLY, 2).fuse(10, 1), 1e-4f);
        assertEquals(-(float) Math.E, new Fusion(ScoreMode.MULTIPLY, 0).fuse(-10, -1), 1e-6f);
        assertEquals("relevance times the factor", 6f, new Fusion(ScoreMode.SUM, 0.5f).fuse(10, 1), 0f);
    }

    public void testFiniteAndRisingWithMerit() {
        for (int i = 0; i < 1_000; i++) {
            float relevance = randomFrom(0f, Float.MIN_VALUE, Float.MAX_VALUE, -Float.MAX_VALUE, randomFloat() * 50, -randomFloat());
            double lower = (randomDouble() * 2 - 1) * Ranking.MAX_WEIGHT;
            double higher = lower + (Ranking.MAX_WEIGHT - lower) * randomDouble();
            ScoreMode mode = randomFrom(ScoreMode.values());
            Fusion fusion = new Fusion(mode, randomFrom(0f, 1f, randomFloat() * Ranking.MAX_WEIGHT));
            float low = fusion.fuse(relevance, lower);
            float high = fusion.fuse(relevance, higher);
            assertTrue(low + " " + high, Float.isFinite(low) && Float.isFinite(high) && low <= high);
        }
    }
}
