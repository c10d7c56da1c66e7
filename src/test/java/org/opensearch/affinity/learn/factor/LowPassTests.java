package org.opensearch.affinity.learn.factor;

import org.opensearch.affinity.learn.Eigenpairs;
import org.opensearch.affinity.learn.Factors;
import org.opensearch.affinity.learn.InteractionMatrices;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.RowMatrix;
import org.opensearch.affinity.learn.WeightedHistory;
import org.opensearch.test.OpenSearchTestCase;

public class LowPassTests extends OpenSearchTestCase {
    /** Two disconnected groups: the leading singular vectors are (1, 1, 0, 0) / √2 and (0, 0, 1, 1) / √2, both of value 1. */
    public void testTwoGroups() {
        InteractionMatrix interactions = InteractionMatrices.pairs(false);
        Factors model = new LowPass(2, 1, 1).learn(interactions, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
        assertArrayEquals(new float[] { 0.5f, 0.5f, 0, 0 }, model.scores(WeightedHistory.of(0)), 1e-4f);
        assertArrayEquals(new float[] { 0.5f, 0.5f, 0.5f, 0.5f }, model.scores(WeightedHistory.of(0, 3)), 1e-4f);
    }

    /** For degrees d = 3, 1, 1 of a connected graph, the vector is √d, of squared length 5; scores are d_h^-½ · √d_h √d_j / 5 · √d_j. */
    public void testFirstSingularVectorIsPopularity() {
        InteractionMatrix interactions = InteractionMatrices.unordered(3, new int[] { 0, 1 }, new int[] { 0, 2 }, new int[] { 0 });
        Factors model = new LowPass(1, 1, 1).learn(interactions, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
        assertArrayEquals(new float[] { 0.6f, 0.2f, 0.2f }, model.scores(WeightedHistory.of(0)), 1e-4f);
        assertArrayEquals(new float[] { 0.6f, 0.2f, 0.2f }, model.scores(WeightedHistory.of(2)), 1e-4f);
    }

    /** With all singular vectors, the filter does not change a user's own items: A V Vᵀ = A. */
    public void testAllSingularVectorsChangeNothing() {
        InteractionMatrix interactions = InteractionMatrices.unordered(6, new int[] { 0, 1 }, new int[] { 1, 2, 3 }, new int[] { 4 });
        Factors model = new LowPass(50, 1, 1).learn(interactions, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
        assertEquals(3, model.dimension());
        assertArrayEquals(new float[] { 1, 1, 0, 0, 0, 0 }, model.scores(interactions.history(0)), 1e-3f);
        assertArrayEquals(new float[] { 0, 1, 1, 1, 0, 0 }, model.scores(interactions.history(1)), 1e-3f);
        assertArrayEquals("no interactions with the last item", new float[6], model.scores(WeightedHistory.of(5)), 0);
    }

    public void testRecencyDecay() {
        InteractionMatrix interactions = InteractionMatrices.pairs(true);
        Factors model = new LowPass(2, 0.5, 1).learn(interactions, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
        assertArrayEquals(new float[] { 0.5f, 0.5f, 0.25f, 0.25f }, model.scores(WeightedHistory.of(0, 3)), 1e-4f);
    }

    /** More dimensions than are multiplied by the graph at a time: the item vectors are those of a dense decomposition. */
    public void testAgreesWithADenseDecomposition() {
        InteractionMatrix interactions = InteractionMatrices.twoGroups(400, 300, random());
        int dimension = 150;
        Factors model = new LowPass(dimension, 1, 1).learn(interactions, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
        Graph graph = new Graph(interactions, ParallelFor.SEQUENTIAL);
        float[][] identity = new float[interactions.items()][interactions.items()];
        for (int item = 0; item < identity.length; item++) {
            identity[item][item] = 1;
        }
        float[][] dense = graph.toUsers(identity, ProgressListener.NONE);
        Eigenpairs eigenpairs = Eigenpairs.of(RowMatrix.gram(dense, identity.length, ParallelFor.SEQUENTIAL));
        double[] degrees = interactions.itemDegrees();
        double passed = 0;
        double trace = 0;
        for (int d = 0; d < dimension; d++) {
            double[] vector = eigenpairs.vectors()[d];
            double length = 0;
            for (int k = 0; k < model.dimension(); k++) {
                double dot = 0;
                for (int item = 0; item < vector.length; item++) {
                    dot += degrees[item] > 0 ? vector[item] * model.vector(item)[k] / Math.sqrt(degrees[item]) : 0;
                }
                length += dot * dot;
            }
            passed += eigenpairs.values()[d] * length;
            trace += eigenpairs.values()[d];
        }
        assertEquals(dimension, model.dimension());
        assertEquals("all of the leading singular vectors passes", trace, passed, 0.01 * trace);
    }

    public void testHeapOfLearning() {
        InteractionMatrix.Builder builder = new InteractionMatrix.Builder(3_000);
        InteractionMatrix interactions = builder.add(1_999, 0, 1, 0).build();
        long perUser = 4 * 128;
        long perItem = 4 * (2 * 528 + 2 * 128);
        assertEquals(2_000 * perUser + 3_000 * perItem + 136 * 528 * 528, LowPass.bytes(interactions, 512));
    }

    public void testBoundsOfSettings() {
        expectThrows(IllegalArgumentException.class, () -> new LowPass(0, 1, 1));
        expectThrows(IllegalArgumentException.class, () -> new LowPass(1, 0, 1));
        expectThrows(IllegalArgumentException.class, () -> new LowPass(1, Double.NaN, 1));
    }
}
