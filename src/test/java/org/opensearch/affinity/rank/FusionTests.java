package org.opensearch.affinity.rank;

import org.opensearch.affinity.tracker.Ranking;
import org.opensearch.affinity.tracker.Ranking.ScoreMode;
import org.opensearch.test.OpenSearchTestCase;

import java.util.List;

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

    /** Floats end at exp(88.7): without compression, all of these scores would be the largest float, or the smallest. */
    public void testOrderIsKeptWhereFloatsEnd() {
        for (ScoreMode mode : List.of(ScoreMode.MULTIPLY, ScoreMode.REPLACE)) {
            for (float relevance : new float[] { 0.001f, 1, 40, -0.5f }) {
                float last = Float.NEGATIVE_INFINITY;
                for (double merit = -400; merit <= 400; merit += 0.01) {
                    float score = fuse(mode, 1, relevance, merit);
                    assertTrue(mode + " of " + relevance + " with " + merit, Float.isFinite(score) && score > last);
                    last = score;
                }
            }
        }
        assertEquals("unchanged below", (float) (3 * Math.exp(78)), fuse(ScoreMode.MULTIPLY, 1, 3, 78), 0f);
        assertTrue("relevance counts beyond", fuse(ScoreMode.MULTIPLY, 1, 3.01f, 120) > fuse(ScoreMode.MULTIPLY, 1, 3, 120));
        assertTrue("a power alone", fuse(ScoreMode.MULTIPLY, 20, 121, 0) > fuse(ScoreMode.MULTIPLY, 20, 120, 0));
        assertEquals("no relevance stays none", 0f, fuse(ScoreMode.MULTIPLY, 1, 0, 300), 0f);
        assertEquals(0f, fuse(ScoreMode.MULTIPLY, 2, 0, 1_000), 0f);
        Fusion fusion = new Fusion(ScoreMode.MULTIPLY, 1);
        assertEquals("relevance * exp(merit)", fusion.formula(5));
        assertTrue(fusion.formula(fusion.fuse(1, 100)).contains("compressed beyond exp(80)"));
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
