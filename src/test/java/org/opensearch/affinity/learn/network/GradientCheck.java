package org.opensearch.affinity.learn.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import org.opensearch.affinity.learn.layer.NamedArray;
import org.opensearch.affinity.learn.network.MiniBatches.MiniBatch;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

/** Compares the gradients of a network with differences of its loss. */
final class GradientCheck {
    private static final float STEP = 5e-3f;
    private static final int NUMBERS_PER_WEIGHT = 6;

    private GradientCheck() {}

    /**
     * Checks a few numbers of each weight.
     *
     * @param tolerance absolute, and relative to the gradient
     */
    static void check(TorchDevice device, Network network, MiniBatch batch, double tolerance) {
        SplittableRandom random = new SplittableRandom(7);
        List<NamedArray> weights = network.initial(random).stream()
            .map(weight -> NamedArray.random(weight.name(), 0.5, random, weight.shape()))
            .toList();
        try (
            PtNDManager manager = device.newManager();
            TorchProgram program = new TorchProgram(manager, network.methods() + TrainingStep.methods(0));
            NDManager scope = manager.newSubManager()
        ) {
            List<NDArray> arrays = new ArrayList<>(batch.arrays(scope, new SplittableRandom(3)));
            arrays.add(scope.create(0f));
            NDList gradients = program.call(scope, "gradients", true, List.of(NamedArray.on(scope, weights), arrays));
            assertEquals(1 + weights.size(), gradients.size());
            double at0 = loss(program, scope, weights, arrays);
            assertEquals(at0, gradients.get(0).getFloat(), 1e-5);
            int largerThanNoise = 0;
            for (int i = 0; i < weights.size(); i++) {
                float[] values = weights.get(i).values();
                float[] gradient = gradients.get(i + 1).toFloatArray();
                for (int n = 0; n < NUMBERS_PER_WEIGHT; n++) {
                    int at = random.nextInt(values.length);
                    float before = values[at];
                    values[at] = before + STEP;
                    double above = loss(program, scope, weights, arrays);
                    values[at] = before - STEP;
                    double below = loss(program, scope, weights, arrays);
                    values[at] = before;
                    double difference = (above - below) / (2 * STEP);
                    // Where an activation has a kink, the two slopes differ, and the gradient is between them.
                    double least = Math.min(above - at0, at0 - below) / STEP;
                    double most = Math.max(above - at0, at0 - below) / STEP;
                    double noise = tolerance * (1 + Math.abs(difference));
                    String what = weights.get(i).name() + "[" + at + "]: " + gradient[at] + " from " + least + " to " + most;
                    assertTrue(what, gradient[at] >= least - noise && gradient[at] <= most + noise);
                    largerThanNoise += Math.abs(difference) > 5 * tolerance ? 1 : 0;
                }
            }
            assertTrue(largerThanNoise + " gradients", largerThanNoise >= Math.min(10, 2 * weights.size()));
        }
    }

    private static double loss(TorchProgram program, NDManager scope, List<NamedArray> weights, List<NDArray> arrays) {
        return program.call(scope, "loss", false, List.of(NamedArray.on(scope, weights), arrays)).get(0).getFloat();
    }
}
