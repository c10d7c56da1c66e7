package org.opensearch.affinity.learn.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import org.opensearch.affinity.encode.EncodeTestCase;
import org.opensearch.affinity.learn.Factors;
import org.opensearch.affinity.learn.InteractionMatrices;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.WeightedHistory;
import org.opensearch.affinity.learn.layer.NamedArray;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

public class LightGcnTests extends EncodeTestCase {
    private static final NetworkInputs INPUTS = new NetworkInputs(device(), null);

    private static TorchDevice device() {
        return runtime()::newManager;
    }

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
            Factors model = LightGcn.standard().with(INPUTS).withHops(hops).withDimension(4).withSteps(50).learn(
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
        assertArrayEquals(new float[] { 1.5f, 2.5f, 2.5f }, layers(interactions, new LightGcnNetwork(embeddings, 1)), 1e-6f);
        assertArrayEquals("no hops", new float[] { 1, 3, 5 }, layers(interactions, new LightGcnNetwork(embeddings, 0)), 0);
    }

    private static float[] layers(InteractionMatrix interactions, LightGcnNetwork network) {
        try (var manager = device().newManager(); var program = new TorchProgram(manager, network.methods())) {
            List<NDArray> weights = NamedArray.on(manager, network.initial(new SplittableRandom(1)));
            return program.call(manager, "layers", false, List.of(weights, new GraphBatches(interactions, 9, 9).graph(manager))).get(0)
                .toFloatArray();
        }
    }

    /**
     * R is 1/√2 for a user of items 0 and 1, so x = (2 + 4) / √2. Without what they add themselves, they score 6/√2 · 2 - 2 · 2/√2
     * and 6/√2 · 4 - 4 · 4/√2, both 8/√2; the sampled item of vector 1 scores 6/√2.
     */
    public void testLossByHand() {
        InteractionMatrix interactions = InteractionMatrices.unordered(3, new int[] { 0, 1 });
        NDList gradients = gradients(interactions, new float[][] { { 2 }, { 4 }, { 1 } }, 1, 2);
        assertEquals(2 * Math.log1p(Math.exp(-2 / Math.sqrt(2))), gradients.get(0).getFloat(), 1e-6);
        gradients.close();
    }

    public void testNoLossIfTheUserTookAllSampledItems() {
        InteractionMatrix interactions = InteractionMatrices.unordered(3, new int[] { 0, 1 });
        NDList gradients = gradients(interactions, new float[][] { { 2 }, { 1 }, { 4 } }, 1, 0);
        assertEquals(0, gradients.get(0).getFloat(), 0);
        assertArrayEquals(new float[3], gradients.get(1).toFloatArray(), 0);
        gradients.close();
    }

    public void testLargeScoresStayFinite() {
        InteractionMatrix interactions = InteractionMatrices.unordered(3, new int[] { 0 });
        NDList gradients = gradients(interactions, new float[][] { { 100 }, { -90 }, { 200 } }, 0, 1, 2);
        assertEquals("the user's only item scores 0, the sampled one 200 · 100", 20_000, gradients.get(0).getFloat(), 1e-2);
        for (float gradient : gradients.get(1).toFloatArray()) {
            assertTrue(Float.isFinite(gradient));
        }
        gradients.close();
    }

    /** The loss without layers for the first user, and its gradient. */
    private static NDList gradients(InteractionMatrix interactions, float[][] items, int... sampled) {
        LightGcnNetwork network = new LightGcnNetwork(items, 0);
        BatchItems sample = BatchItems.draw(sampled, sampled.length, items.length, new SplittableRandom(1));
        try (var manager = device().newManager(); var program = new TorchProgram(manager, network.methods() + TrainingStep.methods(0))) {
            List<NDArray> weights = NamedArray.on(manager, network.initial(new SplittableRandom(1)));
            List<NDArray> batch = new ArrayList<>(new GraphBatches(interactions, 9, 9).arrays(new int[] { 0 }, sample, manager));
            batch.add(manager.create(0f));
            NDList gradients = program.call(manager, "gradients", true, List.of(weights, batch));
            gradients.detach();
            return gradients;
        }
    }

    public void testGradients() {
        InteractionMatrix interactions = InteractionMatrices.twoGroups(12, 10, random());
        for (int hops = 0; hops < 3; hops++) {
            LightGcnNetwork network = new LightGcnNetwork(new float[10][3], hops);
            GradientCheck.check(device(), network, new GraphBatches(interactions, 7, 5).epoch(0, new SplittableRandom(2)).getFirst(), 0.02);
        }
    }

    public void testRecencyDecay() {
        InteractionMatrix interactions = InteractionMatrices.pairs(true);
        Factors model = LightGcn.standard().with(INPUTS).withDimension(4).withSteps(20).withRecencyDecay(0.5).learn(
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
        LightGcn method = new LightGcn(4, 1, 10, 0.1, 1, 7, INPUTS);
        WeightedHistory one = WeightedHistory.of(interactions.item(0));
        float[] scores = method.learn(interactions, ParallelFor.SEQUENTIAL, ProgressListener.NONE).scores(one);
        assertArrayEquals(scores, method.learn(interactions, ParallelFor.SEQUENTIAL, ProgressListener.NONE).scores(one), 0);
        assertFalse(
            Arrays.equals(
                scores,
                new LightGcn(4, 1, 10, 0.1, 1, 8, INPUTS).learn(interactions, ParallelFor.SEQUENTIAL, ProgressListener.NONE).scores(one)
            )
        );
    }

    public void testBoundsOfSettings() {
        LightGcn valid = LightGcn.standard().with(INPUTS);
        expectThrows(IllegalArgumentException.class, () -> valid.withDimension(0));
        expectThrows(IllegalArgumentException.class, () -> valid.withHops(-1));
        expectThrows(IllegalArgumentException.class, () -> valid.withSteps(0));
        expectThrows(IllegalArgumentException.class, () -> valid.withRecencyDecay(1.1));
        expectThrows(IllegalArgumentException.class, () -> new LightGcn(1, 1, 1, Double.NaN, 1, 1, INPUTS));
    }
}
