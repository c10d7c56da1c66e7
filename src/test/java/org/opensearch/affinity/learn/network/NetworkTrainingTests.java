package org.opensearch.affinity.learn.network;

import org.opensearch.affinity.encode.EncodeTestCase;
import org.opensearch.affinity.learn.Factors;
import org.opensearch.affinity.learn.InteractionMatrices;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.WeightedHistory;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleSupplier;

public class NetworkTrainingTests extends EncodeTestCase {
    private static final InteractionMatrix LOG = InteractionMatrices.twoGroups(600, 40, new Random(3));

    /** Keeps the states of trainings, and ends the first one after some epochs as the death of a node would. */
    private static final class Memory implements NetworkInputs.Journal {
        private final Map<String, Checkpoint> states = new HashMap<>();
        private int left;

        Memory(int left) {
            this.left = left;
        }

        @Override
        public Checkpoint train(String training, Checkpoint first, Training rest) {
            return rest.from(states.getOrDefault(training, first), state -> {
                states.put(training, state);
                left--;
                if (left == 0) {
                    throw new IllegalStateException("killed");
                }
            });
        }

        int epochs() {
            return states.values().iterator().next().epochs();
        }

        @Override
        public double figure(String training, DoubleSupplier figure) {
            return figure.getAsDouble();
        }
    }

    private static Factors learn(NetworkMethod method, NetworkInputs inputs, InteractionMatrix log) {
        return (Factors) method.with(inputs).learn(log, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
    }

    /** Of one whose held-out items end it early, too. */
    public void testAnInterruptedTrainingHasTheSameResult() {
        NetworkInputs inputs = new NetworkInputs(runtime()::newManager, null);
        TrainingPlan plan = new TrainingPlan(12, 2, 0.01, 0, 3);
        AttentionSettings attention = AttentionSettings.standard().withDimension(8).withLayers(1).withPlan(plan);
        VariationalAutoencoder.Settings vae = new VariationalAutoencoder.Settings(8, 4, 1, 0.5, 0.2, 3, 50, 20, plan);
        for (NetworkMethod method : List.of(new SelfAttention(attention, null), new VariationalAutoencoder(vae, null))) {
            Factors undisturbed = learn(method, inputs, LOG);
            Memory memory = new Memory(1 + random().nextInt(2));
            expectThrows(IllegalStateException.class, () -> learn(method, inputs.with(memory), LOG));
            int before = memory.epochs();
            Factors resumed = learn(method, inputs.with(memory), LOG);
            assertEquals("the epochs before are not repeated", memory.epochs() - before, -memory.left);
            WeightedHistory history = WeightedHistory.of(3, 7, 1);
            assertArrayEquals(method.toString(), undisturbed.scores(history), resumed.scores(history), 0);
            int epochs = -memory.left;
            learn(method, inputs.with(memory), LOG);
            assertEquals("a training that has ended is not repeated", epochs, -memory.left);
            learn(method, inputs.with(memory), InteractionMatrices.twoGroups(600, 40, new Random(4)));
            assertTrue("another log is another training", -memory.left > epochs);
        }
    }
}
