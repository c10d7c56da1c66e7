package org.opensearch.affinity.learn.candidate;

import org.opensearch.affinity.learn.Factors;
import org.opensearch.affinity.learn.InteractionMatrices;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.ItemColumns;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.RowMatrix;
import org.opensearch.affinity.learn.factor.Graph;
import org.opensearch.affinity.learn.WeightedHistory;
import org.opensearch.test.OpenSearchTestCase;

import java.util.Arrays;
import java.util.stream.IntStream;

public class LightGcnTests extends OpenSearchTestCase {
    /** Two disconnected groups: an item's own group scores above the other one. */
    public void testTwoGroups() {
        InteractionMatrix interactions = InteractionMatrices.unordered(
            6,
            new int[] { 0, 1, 2 },
            new int[] { 0, 1, 2 },
            new int[] { 3, 4, 5 },
            new int[] { 3, 4, 5 }
        );
        for (int hops = 0; hops < 3; hops++) {
            Factors model = LightGcn.standard().withHops(hops).withDimension(4).withSteps(50).learn(
                interactions,
                ParallelFor.SEQUENTIAL,
                ProgressListener.NONE
            );
            for (int item = 0; item < 6; item++) {
                float[] scores = model.scores(WeightedHistory.of(item));
                for (int own = item / 3 * 3; own < item / 3 * 3 + 3; own++) {
                    for (int other = 3 - item / 3 * 3; other < 6 - item / 3 * 3; other++) {
                        assertTrue(hops + ": " + scores[own] + " and " + scores[other], scores[own] > 1 + scores[other]);
                    }
                }
            }
        }
    }

    /** {@code (E + RᵀR E) / 2} for one user with two items, so R = (1/√2, 1/√2), and a third item without interactions. */
    public void testLayersByHand() {
        InteractionMatrix interactions = InteractionMatrices.unordered(3, new int[] { 0, 1 });
        float[][] embeddings = { { 1 }, { 3 }, { 5 } };
        Graph graph = new Graph(interactions, ParallelFor.SEQUENTIAL);
        assertArrayEquals(
            new float[][] { { 1.5f }, { 2.5f }, { 2.5f } },
            new Convolution(graph, 1, ParallelFor.SEQUENTIAL).apply(embeddings, ProgressListener.NONE)
        );
        assertArrayEquals(
            "no hops",
            embeddings,
            new Convolution(graph, 0, ParallelFor.SEQUENTIAL).apply(embeddings, ProgressListener.NONE)
        );
    }

    /**
     * R is 1/√2 for a user of items 0 and 1, so x = (2 + 4) / √2. Without what they add themselves, they score 6/√2 · 2 - 2 · 2/√2
     * and 6/√2 · 4 - 4 · 4/√2, both 8/√2; the sampled item of vector 1 scores 6/√2.
     */
    public void testLossByHand() {
        InteractionMatrix interactions = InteractionMatrices.unordered(3, new int[] { 0, 1 });
        SampledSoftmax.Value value = loss(interactions).at(
            new float[][] { { 2 }, { 4 }, { 1 } },
            new int[] { 0 },
            new int[] { 1, 2 },
            ProgressListener.NONE
        );
        assertEquals(2 * Math.log1p(Math.exp(-2 / Math.sqrt(2))), value.loss(), 1e-6);
    }

    public void testNoLossIfTheUserTookAllSampledItems() {
        InteractionMatrix interactions = InteractionMatrices.unordered(3, new int[] { 0, 1 });
        SampledSoftmax.Value value = loss(interactions).at(
            new float[][] { { 2 }, { 1 }, { 4 } },
            new int[] { 0 },
            new int[] { 1, 0 },
            ProgressListener.NONE
        );
        assertEquals(0, value.loss(), 0);
        assertArrayEquals(new float[3][1], value.gradient());
    }

    public void testLargeScoresStayFinite() {
        InteractionMatrix interactions = InteractionMatrices.unordered(3, new int[] { 0 });
        SampledSoftmax.Value value = loss(interactions).at(
            new float[][] { { 100 }, { -90 }, { 200 } },
            new int[] { 0 },
            new int[] { 0, 1, 2 },
            ProgressListener.NONE
        );
        assertEquals("the user's only item scores 0, the sampled one 200 · 100", 20_000, value.loss(), 1e-2);
        for (float[] row : value.gradient()) {
            assertTrue(Float.isFinite(row[0]));
        }
    }

    /** Compares the gradient of the loss by E, through the layers, with finite differences. */
    public void testGradient() {
        InteractionMatrix interactions = InteractionMatrices.twoGroups(12, 10, random());
        int[] users = IntStream.range(0, interactions.users()).filter(user -> interactions.end(user) > interactions.start(user) && user != 5).toArray();
        int[] sampled = { 7, 0, 3, 4, 9 };
        float[][] embeddings = RowMatrix.random(10, 3, 0.7, randomLong());
        Convolution convolution = new Convolution(
            new Graph(interactions, ParallelFor.SEQUENTIAL),
            randomIntBetween(0, 2),
            ParallelFor.SEQUENTIAL
        );
        SampledSoftmax loss = loss(interactions);
        float[][] gradient = convolution.apply(
            loss.at(convolution.apply(embeddings, ProgressListener.NONE), users, sampled, ProgressListener.NONE).gradient(),
            ProgressListener.NONE
        );
        for (int item = 0; item < 10; item++) {
            for (int d = 0; d < 3; d++) {
                float here = embeddings[item][d];
                embeddings[item][d] = here + 0.01f;
                double more = loss.at(convolution.apply(embeddings, ProgressListener.NONE), users, sampled, ProgressListener.NONE).loss();
                embeddings[item][d] = here - 0.01f;
                double less = loss.at(convolution.apply(embeddings, ProgressListener.NONE), users, sampled, ProgressListener.NONE).loss();
                embeddings[item][d] = here;
                assertEquals((more - less) / 0.02, gradient[item][d], 0.002 + 0.01 * Math.abs(gradient[item][d]));
            }
        }
    }

    private static SampledSoftmax loss(InteractionMatrix interactions) {
        ItemColumns columns = new ItemColumns(interactions);
        return new SampledSoftmax(interactions, new Graph(interactions, columns, ParallelFor.SEQUENTIAL), columns, ParallelFor.SEQUENTIAL);
    }

    /** The first step is as long as the rate, whatever the gradient; then the minimum of (x - 3)² is found. */
    public void testAdam() {
        float[][] x = { { 0 } };
        Adam adam = new Adam(x, ParallelFor.SEQUENTIAL);
        adam.step(new float[][] { { -60 } }, 0.1);
        assertEquals(0.1, x[0][0], 1e-6);
        for (int step = 0; step < 400; step++) {
            adam.step(new float[][] { { 2 * (x[0][0] - 3) } }, 0.1);
        }
        assertEquals(3, x[0][0], 0.05);
    }

    public void testRecencyDecay() {
        InteractionMatrix interactions = InteractionMatrices.ordered(
            4,
            new int[] { 0, 1 },
            new int[] { 0, 1 },
            new int[] { 2, 3 },
            new int[] { 2, 3 }
        );
        Factors model = LightGcn.standard().withDimension(4).withSteps(20).withRecencyDecay(0.5).learn(
            interactions,
            ParallelFor.SEQUENTIAL,
            ProgressListener.NONE
        );
        float[] newer = model.scores(WeightedHistory.of(0));
        float[] older = model.scores(WeightedHistory.of(3));
        float[] both = model.scores(WeightedHistory.of(0, 3));
        for (int item = 0; item < 4; item++) {
            assertEquals(newer[item] + 0.5 * older[item], both[item], 1e-4);
        }
    }

    public void testResultDependsOnSeedAlone() {
        InteractionMatrix interactions = InteractionMatrices.twoGroups(60, 2_000, random());
        LightGcn method = new LightGcn(4, 1, 10, 0.1, 1, 7);
        WeightedHistory one = WeightedHistory.of(interactions.item(0));
        float[] scores = method.learn(interactions, ParallelFor.SEQUENTIAL, ProgressListener.NONE).scores(one);
        assertArrayEquals(scores, method.learn(interactions, ParallelFor.SEQUENTIAL, ProgressListener.NONE).scores(one), 0);
        assertFalse(
            Arrays.equals(
                scores,
                new LightGcn(4, 1, 10, 0.1, 1, 8).learn(interactions, ParallelFor.SEQUENTIAL, ProgressListener.NONE).scores(one)
            )
        );
    }

    public void testBoundsOfSettings() {
        LightGcn valid = LightGcn.standard();
        expectThrows(IllegalArgumentException.class, () -> valid.withDimension(0));
        expectThrows(IllegalArgumentException.class, () -> valid.withHops(-1));
        expectThrows(IllegalArgumentException.class, () -> valid.withSteps(0));
        expectThrows(IllegalArgumentException.class, () -> valid.withRecencyDecay(1.1));
        expectThrows(IllegalArgumentException.class, () -> new LightGcn(1, 1, 1, Double.NaN, 1, 1));
    }
}
