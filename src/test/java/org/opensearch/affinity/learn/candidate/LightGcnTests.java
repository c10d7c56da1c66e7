package org.opensearch.affinity.learn.candidate;

import org.opensearch.affinity.learn.Factors;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.ItemColumns;
import org.opensearch.affinity.learn.Logs;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.RowMatrix;
import org.opensearch.affinity.learn.WeightedHistory;
import org.opensearch.test.OpenSearchTestCase;

import java.util.Arrays;
import java.util.stream.IntStream;

public class LightGcnTests extends OpenSearchTestCase {
    /** Two groups that share nothing: who has one item of a group gets the other before all of the other group. */
    public void testTwoGroups() {
        InteractionMatrix log = Logs.unordered(6, new int[] { 0, 1, 2 }, new int[] { 0, 1, 2 }, new int[] { 3, 4, 5 }, new int[] { 3, 4, 5 });
        for (int hops = 0; hops < 3; hops++) {
            Factors model = LightGcn.standard().withHops(hops).withDimension(4).withSteps(50).learn(log, ParallelFor.ALONE, ProgressListener.NOBODY);
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

    /** {@code (E + RᵀR E) / 2} of a user who took two items, with R = (1/√2, 1/√2), and one whom nobody took. */
    public void testLayersByHand() {
        InteractionMatrix log = Logs.unordered(3, new int[] { 0, 1 });
        float[][] own = { { 1 }, { 3 }, { 5 } };
        Graph graph = new Graph(log, ParallelFor.ALONE);
        assertArrayEquals(new float[][] { { 1.5f }, { 2.5f }, { 2.5f } }, new Convolution(graph, 1, ParallelFor.ALONE).of(own, ProgressListener.NOBODY));
        assertArrayEquals("no hop changes nothing", own, new Convolution(graph, 0, ParallelFor.ALONE).of(own, ProgressListener.NOBODY));
    }

    /**
     * R has 1/√2 for who took items 0 and 1 alone: x = (2 + 4) / √2. Without what they add themselves they score 6/√2 · 2 - 2 · 2/√2
     * and 6/√2 · 4 - 4 · 4/√2, both 8/√2; what is drawn scores 6/√2, with 1 for its vector.
     */
    public void testLossByHand() {
        InteractionMatrix log = Logs.unordered(3, new int[] { 0, 1 });
        SampledSoftmax.Slope slope = loss(log).at(new float[][] { { 2 }, { 4 }, { 1 } }, new int[] { 0 }, new int[] { 1, 2 }, ProgressListener.NOBODY);
        assertEquals(2 * Math.log1p(Math.exp(-2 / Math.sqrt(2))), slope.loss(), 1e-6);
    }

    public void testWhoHasAllThatIsDrawnLearnsNothing() {
        InteractionMatrix log = Logs.unordered(3, new int[] { 0, 1 });
        SampledSoftmax.Slope slope = loss(log).at(new float[][] { { 2 }, { 1 }, { 4 } }, new int[] { 0 }, new int[] { 1, 0 }, ProgressListener.NOBODY);
        assertEquals(0, slope.loss(), 0);
        assertArrayEquals(new float[3][1], slope.gradient());
    }

    public void testLargeScoresStayFinite() {
        InteractionMatrix log = Logs.unordered(3, new int[] { 0 });
        SampledSoftmax.Slope slope = loss(log).at(new float[][] { { 100 }, { -90 }, { 200 } }, new int[] { 0 }, new int[] { 0, 1, 2 }, ProgressListener.NOBODY);
        assertEquals("who has one item alone finds it by nothing: 0 against 200 · 100", 20_000, slope.loss(), 1e-2);
        for (float[] row : slope.gradient()) {
            assertTrue(Float.isFinite(row[0]));
        }
    }

    /** Of the loss by E, through the layers, against differences of the loss. */
    public void testGradient() {
        InteractionMatrix log = Logs.twoTastes(12, 10, random());
        int[] users = IntStream.range(0, 12).filter(user -> log.end(user) > log.start(user) && user != 5).toArray();
        int[] drawn = { 7, 0, 3, 4, 9 };
        float[][] own = RowMatrix.random(10, 3, 0.7, randomLong());
        Convolution convolution = new Convolution(new Graph(log, ParallelFor.ALONE), randomIntBetween(0, 2), ParallelFor.ALONE);
        SampledSoftmax loss = loss(log);
        float[][] gradient = convolution.of(loss.at(convolution.of(own, ProgressListener.NOBODY), users, drawn, ProgressListener.NOBODY).gradient(), ProgressListener.NOBODY);
        for (int item = 0; item < 10; item++) {
            for (int d = 0; d < 3; d++) {
                float here = own[item][d];
                own[item][d] = here + 0.01f;
                double more = loss.at(convolution.of(own, ProgressListener.NOBODY), users, drawn, ProgressListener.NOBODY).loss();
                own[item][d] = here - 0.01f;
                double less = loss.at(convolution.of(own, ProgressListener.NOBODY), users, drawn, ProgressListener.NOBODY).loss();
                own[item][d] = here;
                assertEquals((more - less) / 0.02, gradient[item][d], 0.002 + 0.01 * Math.abs(gradient[item][d]));
            }
        }
    }

    private static SampledSoftmax loss(InteractionMatrix log) {
        ItemColumns columns = new ItemColumns(log);
        return new SampledSoftmax(log, new Graph(log, columns, ParallelFor.ALONE), columns, ParallelFor.ALONE);
    }

    /** First steps are as far as the rate, whatever the slope; and the least of (x - 3)² is found. */
    public void testDescent() {
        float[][] x = { { 0 } };
        Adam adam = new Adam(x, ParallelFor.ALONE);
        adam.step(new float[][] { { -60 } }, 0.1);
        assertEquals(0.1, x[0][0], 1e-6);
        for (int step = 0; step < 400; step++) {
            adam.step(new float[][] { { 2 * (x[0][0] - 3) } }, 0.1);
        }
        assertEquals(3, x[0][0], 0.05);
    }

    public void testTheNewestCountsMost() {
        InteractionMatrix log = Logs.ordered(4, new int[] { 0, 1 }, new int[] { 0, 1 }, new int[] { 2, 3 }, new int[] { 2, 3 });
        Factors model = LightGcn.standard().withDimension(4).withSteps(20).withKeep(0.5).learn(log, ParallelFor.ALONE, ProgressListener.NOBODY);
        float[] newer = model.scores(WeightedHistory.of(0));
        float[] older = model.scores(WeightedHistory.of(3));
        float[] both = model.scores(WeightedHistory.of(0, 3));
        for (int item = 0; item < 4; item++) {
            assertEquals(newer[item] + 0.5 * older[item], both[item], 1e-4);
        }
    }

    public void testSeedDecides() {
        InteractionMatrix log = Logs.twoTastes(60, 2_000, random());
        LightGcn method = new LightGcn(4, 1, 10, 0.1, 1, 7);
        WeightedHistory one = WeightedHistory.of(log.item(0));
        float[] scores = method.learn(log, ParallelFor.ALONE, ProgressListener.NOBODY).scores(one);
        assertArrayEquals(scores, method.learn(log, ParallelFor.ALONE, ProgressListener.NOBODY).scores(one), 0);
        assertFalse(Arrays.equals(scores, new LightGcn(4, 1, 10, 0.1, 1, 8).learn(log, ParallelFor.ALONE, ProgressListener.NOBODY).scores(one)));
    }

    public void testBoundsOfSettings() {
        LightGcn right = LightGcn.standard();
        expectThrows(IllegalArgumentException.class, () -> right.withDimension(0));
        expectThrows(IllegalArgumentException.class, () -> right.withHops(-1));
        expectThrows(IllegalArgumentException.class, () -> right.withSteps(0));
        expectThrows(IllegalArgumentException.class, () -> right.withKeep(1.1));
        expectThrows(IllegalArgumentException.class, () -> new LightGcn(1, 1, 1, Double.NaN, 1, 1));
    }
}
