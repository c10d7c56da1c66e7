package org.opensearch.affinity.learn.factor;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.learn.Eigenpairs;
import org.opensearch.affinity.learn.Factors;
import org.opensearch.affinity.learn.InteractionMatrices;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.RowMatrix;
import org.opensearch.affinity.learn.WeightedHistory;
import org.opensearch.affinity.learn.WeightedSum;
import org.opensearch.test.OpenSearchTestCase;

import java.util.List;

public class LowPassTests extends OpenSearchTestCase {
    /** Two disconnected groups: the leading singular vectors are (1, 1, 0, 0) / √2 and (0, 0, 1, 1) / √2, both of value 1. */
    public void testTwoGroups() {
        InteractionMatrix interactions = InteractionMatrices.pairs(false);
        Factors model = new LowPass(2, 0, 1, 0.5, 1, 1, null).learn(interactions, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
        assertArrayEquals(new float[] { 0.5f, 0.5f, 0, 0 }, model.scores(WeightedHistory.of(0)), 1e-4f);
        assertArrayEquals(new float[] { 0.5f, 0.5f, 0.5f, 0.5f }, model.scores(WeightedHistory.of(0, 3)), 1e-4f);
    }

    /** For degrees d = 3, 1, 1 of a connected graph, the vector is √d, of squared length 5; scores are d_h^-½ · √d_h √d_j / 5 · √d_j. */
    public void testFirstSingularVectorIsPopularity() {
        InteractionMatrix interactions = InteractionMatrices.unordered(3, new int[] { 0, 1 }, new int[] { 0, 2 }, new int[] { 0 });
        Factors model = new LowPass(1, 0, 1, 0.5, 1, 1, null).learn(interactions, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
        assertArrayEquals(new float[] { 0.6f, 0.2f, 0.2f }, model.scores(WeightedHistory.of(0)), 1e-4f);
        assertArrayEquals(new float[] { 0.6f, 0.2f, 0.2f }, model.scores(WeightedHistory.of(2)), 1e-4f);
    }

    /** With all singular vectors, the filter does not change a user's own items: A V Vᵀ = A. */
    public void testAllSingularVectorsChangeNothing() {
        InteractionMatrix interactions = InteractionMatrices.unordered(6, new int[] { 0, 1 }, new int[] { 1, 2, 3 }, new int[] { 4 });
        Factors model = new LowPass(50, 0, 1, 0.5, 1, 1, null).learn(interactions, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
        assertEquals(3, model.dimension());
        assertArrayEquals(new float[] { 1, 1, 0, 0, 0, 0 }, model.scores(interactions.history(0)), 1e-3f);
        assertArrayEquals(new float[] { 0, 1, 1, 1, 0, 0 }, model.scores(interactions.history(1)), 1e-3f);
        assertArrayEquals("no interactions with the last item", new float[6], model.scores(WeightedHistory.of(5)), 0);
    }

    /** With all singular vectors and damping 1, the filter is one step of convolution: Σ 1 / (d_u d_h) over the users u of both items. */
    public void testDamping() {
        InteractionMatrix interactions = InteractionMatrices.unordered(4, new int[] { 0, 1 }, new int[] { 2 }, new int[] { 2, 3 });
        Factors ideal = new LowPass(4, 0, 1, 0.5, 1, 1, null).learn(interactions, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
        Factors damped = new LowPass(4, 1, 1, 0.5, 1, 1, null).learn(interactions, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
        assertArrayEquals(new float[] { 0.5f, 0.5f, 0, 0 }, rounded(ideal.scores(WeightedHistory.of(0))), 0);
        assertArrayEquals(new float[] { 0, 0, 1, 0 }, rounded(ideal.scores(WeightedHistory.of(2))), 0);
        assertArrayEquals(new float[] { 0.5f, 0.5f, 0, 0 }, rounded(damped.scores(WeightedHistory.of(0))), 0);
        assertArrayEquals(new float[] { 0, 0, 0.75f, 0.25f }, rounded(damped.scores(WeightedHistory.of(2))), 0);
        assertArrayEquals(new float[] { 0, 0, 0.5f, 0.5f }, rounded(damped.scores(WeightedHistory.of(3))), 0);
    }

    /** With all singular vectors and damping 1: Σ d_u^-user · d_h^-(from + ½). */
    public void testExponents() {
        InteractionMatrix interactions = InteractionMatrices.unordered(4, new int[] { 0, 1 }, new int[] { 2 }, new int[] { 2, 3 });
        LowPass method = new LowPass(4, 1, 0.6, 0.3, 1, 1, null);
        LowPass prepared = method.withUserExponent(1).prepared(interactions, 4, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
        float ofTwo = (float) Math.pow(2, -0.6);
        float[] expected = { 0, 0, (float) ((1 + ofTwo) * Math.pow(2, -0.8)), (float) (ofTwo * Math.pow(2, -0.8)) };
        for (LowPass one : List.of(method, prepared.withUserExponent(0.6))) {
            Factors model = one.learn(interactions, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
            assertArrayEquals(expected, model.scores(WeightedHistory.of(2)), 1e-4f);
        }
    }

    /** A model in a node has one row of an item, and makes what it adds to a user by a factor. */
    public void testItemsAddTheirOwnDirection() {
        InteractionMatrix interactions = InteractionMatrices.twoGroups(200, 40, random());
        Factors model = new LowPass(6, 0.5, 1, 0.5, 1, 1, null).learn(interactions, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
        for (int item = 0; item < model.items(); item++) {
            float[] vector = model.vector(item);
            float[] input = ((WeightedSum) model.encoder()).input(item);
            double lengths = VectorUtil.dotProduct(vector, vector) * VectorUtil.dotProduct(input, input);
            assertEquals(Math.sqrt(lengths), VectorUtil.dotProduct(vector, input), 1e-5);
        }
    }

    /** What was computed once for several trials gives what each would have computed. */
    public void testPrepared() {
        InteractionMatrix interactions = InteractionMatrices.twoGroups(400, 300, random());
        InteractionMatrix others = InteractionMatrices.twoGroups(400, 300, random());
        LowPass method = new LowPass(20, 0.5, 1, 0.5, 0.7, 1, null);
        LowPass prepared = method.prepared(interactions, 20, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
        WeightedHistory history = WeightedHistory.of(3, 7);
        for (InteractionMatrix log : List.of(interactions, others)) {
            float[] expected = method.learn(log, ParallelFor.SEQUENTIAL, ProgressListener.NONE).scores(history);
            for (int trial = 0; trial < 2; trial++) {
                assertArrayEquals(expected, prepared.learn(log, ParallelFor.SEQUENTIAL, ProgressListener.NONE).scores(history), 0);
            }
        }
        assertEquals(5, prepared.withDimension(5).learn(interactions, ParallelFor.SEQUENTIAL, ProgressListener.NONE).dimension());
    }

    private static float[] rounded(float[] scores) {
        float[] rounded = new float[scores.length];
        for (int i = 0; i < rounded.length; i++) {
            rounded[i] = Math.round(1_000 * scores[i]) / 1_000f;
        }
        return rounded;
    }

    public void testRecencyDecay() {
        InteractionMatrix interactions = InteractionMatrices.pairs(true);
        Factors model = new LowPass(2, 0, 1, 0.5, 0.5, 1, null).learn(interactions, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
        assertArrayEquals(new float[] { 0.5f, 0.5f, 0.25f, 0.25f }, model.scores(WeightedHistory.of(0, 3)), 1e-4f);
    }

    /** More dimensions than are multiplied by the graph at a time: the item vectors are those of a dense decomposition. */
    public void testAgreesWithADenseDecomposition() {
        InteractionMatrix interactions = InteractionMatrices.twoGroups(400, 300, random());
        int dimension = 150;
        Factors model = new LowPass(dimension, 0, 1, 0.5, 1, 1, null).learn(interactions, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
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
        long perItem = 4 * (4 * 528 + 2 * 128);
        assertEquals(2_000 * perUser + 3_000 * perItem + 136 * 528 * 528, LowPass.bytes(interactions, 512));
    }

    public void testBoundsOfSettings() {
        expectThrows(IllegalArgumentException.class, () -> new LowPass(0, 0, 1, 0.5, 1, 1, null));
        expectThrows(IllegalArgumentException.class, () -> new LowPass(1, -1, 1, 0.5, 1, 1, null));
        expectThrows(IllegalArgumentException.class, () -> new LowPass(1, 0, 1, 0.5, 0, 1, null));
        expectThrows(IllegalArgumentException.class, () -> new LowPass(1, 0, 1, 0.5, Double.NaN, 1, null));
        expectThrows(IllegalArgumentException.class, () -> LowPass.standard().withUserExponent(5));
        expectThrows(IllegalArgumentException.class, () -> LowPass.standard().withFromExponent(Double.NaN));
    }
}
