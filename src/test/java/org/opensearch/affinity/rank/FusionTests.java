package org.opensearch.affinity.rank;

import org.opensearch.affinity.tracker.Ranking;
import org.opensearch.affinity.tracker.Ranking.ScoreMode;
import org.opensearch.test.OpenSearchTestCase;

public class FusionTests extends OpenSearchTestCase {
    private static float fuse(ScoreMode mode, float power, float relevance, double merit) {
        return new Fusion(mode, power).fuse(relevance, merit);
    }

    public void testByHand() {
        float e = (float) Math.E;
        assertEquals(10f, fuse(ScoreMode.MULTIPLY, 1, 10, 0), 0f);
        assertEquals(10 * e, fuse(ScoreMode.MULTIPLY, 1, 10, 1), 1e-5f);
        assertEquals(10 / e, fuse(ScoreMode.MULTIPLY, 1, 10, -1), 1e-5f);
        assertEquals("a negative score rises too", -10 / e, fuse(ScoreMode.MULTIPLY, 1, -10, 1), 1e-5f);
        assertEquals(11.5f, fuse(ScoreMode.SUM, 1, 10, 1.5), 0f);
        assertEquals(e, fuse(ScoreMode.REPLACE, 1, 10, 1), 1e-6f);
        assertEquals(1f, fuse(ScoreMode.REPLACE, 1, 10, 0), 0f);
        assertEquals("the power is an exponent", 100 * e, fuse(ScoreMode.MULTIPLY, 2, 10, 1), 1e-4f);
        assertEquals(-e, fuse(ScoreMode.MULTIPLY, 0, -10, -1), 1e-6f);
        assertEquals("the power is a factor in a sum", 6f, fuse(ScoreMode.SUM, 0.5f, 10, 1), 0f);
    }

    public void testFiniteAndNotFallingWithMerit() {
        for (int i = 0; i < 1_000; i++) {
            float relevance = randomFrom(0f, Float.MIN_VALUE, Float.MAX_VALUE, -Float.MAX_VALUE, randomFloat() * 50, -randomFloat());
            double lower = (randomDouble() * 2 - 1) * Ranking.MAX_WEIGHT;
            double higher = lower + (Ranking.MAX_WEIGHT - lower) * randomDouble();
            Fusion fusion = new Fusion(randomFrom(ScoreMode.values()), randomFrom(0f, 1f, randomFloat() * Ranking.MAX_WEIGHT));
            float low = fusion.fuse(relevance, lower);
            float high = fusion.fuse(relevance, higher);
            assertTrue(low + " " + high, Float.isFinite(low) && Float.isFinite(high) && low <= high);
        }
    }
}
