package org.opensearch.affinity.learn;

import org.opensearch.test.OpenSearchTestCase;

public class NeighboursTests extends OpenSearchTestCase {
    /** Users take item 0 three times in all, item 1 twice, item 2 once, and item 3, which has no neighbours, once. */
    private static InteractionMatrix interactions() {
        InteractionMatrix.Builder interactions = new InteractionMatrix.Builder(5);
        for (int user = 0; user < 3; user++) {
            interactions.add(user, 0, 1, 0);
        }
        return interactions.add(0, 1, 9, 1).add(1, 1, 1, 1).add(2, 2, 1, 1).add(2, 3, 1, 2).build();
    }

    public void testTypicalSimilarityIsTheMedianOverInteractions() {
        int[][] neighbours = { { 1, 2 }, { 0 }, { 0 }, {}, { 0 } };
        float[][] similarities = { { 2, 1 }, { 3 }, { 1_000 }, {}, { 5 } };
        assertEquals("2, 2, 2, 3, 3, 1000", 3, new Neighbours(neighbours, similarities, 1).typicalSimilarity(interactions()), 0);
        similarities[1][0] = 0.5f;
        assertEquals("0.5, 0.5, 2, 2, 2, 1000", 2, new Neighbours(neighbours, similarities, 1).typicalSimilarity(interactions()), 0);
        Neighbours none = new Neighbours(new int[5][0], new float[5][0], 1);
        assertEquals(0, none.typicalSimilarity(interactions()), 0);
    }
}
