package org.opensearch.affinity.learn.network;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.encode.EncodeTestCase;
import org.opensearch.affinity.learn.Factors;
import org.opensearch.affinity.learn.InteractionMatrices;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.NetworkEncoder;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.WeightedHistory;
import org.opensearch.affinity.learn.factor.ContentRows;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleSupplier;
import java.util.stream.IntStream;

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

    /** An item without events is ranked by its content nearly as far from the others as items with events are. */
    public void testRowsOfNewItems() {
        int items = 200;
        float[][] contents = new float[items + 2][];
        Random random = new Random(5);
        for (int item = 0; item < contents.length; item++) {
            contents[item] = new float[16];
            for (int d = 2; d < 16; d++) {
                contents[item][d] = (float) (0.3 * random.nextGaussian());
            }
            contents[item][item < items ? 2 * item / items : item - items] = 1;
            VectorUtil.l2normalize(contents[item]);
        }
        InteractionMatrix.Builder log = new InteractionMatrix.Builder(items + 2);
        InteractionMatrix known = InteractionMatrices.twoGroups(1_500, items, random);
        for (int user = 0; user < known.users(); user++) {
            for (int position = known.start(user); position < known.end(user); position++) {
                log.add(user, known.item(position), 1, position);
            }
        }
        NetworkInputs inputs = new NetworkInputs(runtime()::newManager, contents);
        TrainingPlan plan = new TrainingPlan(30, 30, 0.01, 0, 3);
        AttentionSettings attention = AttentionSettings.standard().withDimension(16).withLayers(1).withPlan(plan);
        VariationalAutoencoder.Settings vae = new VariationalAutoencoder.Settings(32, 16, 1, 0.5, 0.2, 3, 100, 100, plan);
        for (NetworkMethod method : List.of(new SelfAttention(attention, null), new VariationalAutoencoder(vae, null))) {
            Factors factors = learn(method, inputs, log.build());
            NetworkEncoder encoder = (NetworkEncoder) factors.encoder();
            float[][] rows = IntStream.range(0, items).mapToObj(factors::vector).toArray(float[][]::new);
            ContentRows estimates = ContentRows.learned(encoder.map(), encoder.layers().unitRows(), rows, contents);
            float[] user = encoder.vector(WeightedHistory.of(3, 27, 41, 78));
            double[] scores = IntStream.range(0, items).mapToDouble(item -> VectorUtil.dotProduct(user, rows[item])).toArray();
            double wanted = Arrays.stream(scores, 0, items / 2).average().orElseThrow();
            double others = Arrays.stream(scores, items / 2, items).average().orElseThrow();
            double ofNew = VectorUtil.dotProduct(user, estimates.estimate(contents[items]));
            double ofOtherNew = VectorUtil.dotProduct(user, estimates.estimate(contents[items + 1]));
            assertTrue(method + ": " + (ofNew - ofOtherNew) + " of " + (wanted - others), ofNew - ofOtherNew > 0.88 * (wanted - others));
        }
    }
}
