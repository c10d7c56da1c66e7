package org.opensearch.affinity.rescore;

import org.opensearch.test.OpenSearchTestCase;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

public class RescoredDocumentsTests extends OpenSearchTestCase {
    public void testLowestScoreTravelsWithTheDocuments() {
        for (float lowest : new float[] { 0, 1.5f, -1.5f, Float.MIN_VALUE, -Float.MIN_VALUE, Float.MAX_VALUE, -Float.MAX_VALUE }) {
            RescoredDocuments documents = new RescoredDocuments(new int[] { 0, 3, Integer.MAX_VALUE }, lowest);
            for (Set<Integer> set : List.of(documents, new HashSet<>(documents))) {
                assertEquals(lowest, RescoredDocuments.lowest(set), 0f);
                assertTrue(set.contains(0) && set.contains(3) && set.contains(Integer.MAX_VALUE));
                assertFalse(set.contains(1) || set.contains(2));
                assertEquals(lowest < 0 ? 5 : 4, set.size());
            }
        }
    }

    public void testWithoutAScoreThereIsNoLimit() {
        assertEquals(Float.MAX_VALUE, RescoredDocuments.lowest(null), 0f);
        assertEquals(Float.MAX_VALUE, RescoredDocuments.lowest(Set.of(1, 2)), 0f);
    }
}
