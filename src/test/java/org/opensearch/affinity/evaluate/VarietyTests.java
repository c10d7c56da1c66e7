package org.opensearch.affinity.evaluate;

import org.opensearch.test.OpenSearchTestCase;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

public class VarietyTests extends OpenSearchTestCase {
    public void testDiversityOfThree() {
        // Cosines 0, 1/√2 and 1/√2; lengths do not matter.
        List<float[]> vectors = List.of(new float[] { 3, 0 }, new float[] { 0, 0.5f }, new float[] { 1, 1 });
        assertEquals((1 + 2 * (1 - Math.sqrt(0.5))) / 3, Variety.diversity(vectors), 1e-6);
        assertEquals(2, Variety.diversity(List.of(new float[] { 1, 0 }, new float[] { -1, 0 })), 1e-6);
        assertEquals(0, Variety.diversity(List.of(new float[] { 2, 1 }, new float[] { 4, 2 })), 1e-6);
    }

    public void testOneItemHasNoDiversity() {
        assertTrue(Double.isNaN(Variety.diversity(List.of(new float[] { 1, 0 }))));
        assertTrue(Double.isNaN(Variety.diversity(List.of())));
    }

    public void testNoveltyIsBits() {
        Map<String, Double> probability = Map.of("hit", 0.5, "rare", 0.125);
        assertEquals(1, Variety.novelty(List.of("hit"), probability::get), 1e-12);
        assertEquals(2, Variety.novelty(List.of("hit", "rare"), probability::get), 1e-12); // (1 + 3) / 2
        assertEquals(0, Variety.novelty(List.of("sure"), item -> 1), 0);
        assertTrue(Double.isNaN(Variety.novelty(List.of(), item -> 1)));
    }

    public void testBounds() {
        for (int round = 0; round < 200; round++) {
            List<float[]> vectors = new ArrayList<>();
            for (int i = between(2, 12); i > 0; i--) {
                vectors.add(new float[] { (float) random().nextGaussian(), (float) random().nextGaussian(), 1e-3f });
            }
            double diversity = Variety.diversity(vectors);
            assertTrue("" + diversity, diversity >= 0 && diversity <= 2);
            double least = randomDoubleBetween(1e-9, 1, true);
            double novelty = Variety.novelty(vectors, vector -> randomDoubleBetween(least, 1, true));
            assertTrue(novelty + " for " + least, novelty >= 0 && novelty <= -Math.log(least) / Math.log(2) + 1e-9);
        }
    }
}
