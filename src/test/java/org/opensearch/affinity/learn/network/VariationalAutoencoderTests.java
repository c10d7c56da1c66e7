package org.opensearch.affinity.learn.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import org.opensearch.affinity.encode.EncodeTestCase;
import org.opensearch.affinity.learn.Factors;
import org.opensearch.affinity.learn.InteractionMatrices;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.WeightedHistory;
import org.opensearch.affinity.learn.layer.NamedArray;
import org.opensearch.affinity.learn.layer.VaeLayers;
import org.opensearch.affinity.learn.network.VariationalAutoencoder.Settings;

import java.util.ArrayList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;

public class VariationalAutoencoderTests extends EncodeTestCase {
    private static final Settings TINY = new Settings(16, 8, 1, 0.3, 0.1, 5, 20, 6, new TrainingPlan(40, 40, 0.02, 0, 1));
    /** Three groups of four items; each user has three of one group. */
    private static final InteractionMatrix GROUPS = InteractionMatrices.unordered(
        12,
        IntStream.range(0, 60)
            .mapToObj(user -> IntStream.range(0, 4).filter(i -> i != user / 3 % 4).map(i -> 4 * (user % 3) + i).toArray())
            .toArray(int[][]::new)
    );

    private static final NetworkInputs INPUTS = new NetworkInputs(device(), null);
    private static final Catalogue CATALOGUE = Catalogue.of(GROUPS, null);

    private static TorchDevice device() {
        return runtime()::newManager;
    }

    private static Factors learn(Settings settings, InteractionMatrix interactions) {
        return new VariationalAutoencoder(settings, INPUTS).learn(interactions, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
    }

    public void testMissingItemOfTheGroupIsFound() {
        Factors model = learn(TINY, GROUPS);
        for (int user = 0; user < 12; user++) {
            float[] scores = model.scores(GROUPS.history(user));
            int missing = 4 * (user % 3) + user / 3 % 4;
            for (int item = 0; item < scores.length; item++) {
                if (item / 4 != user % 3) {
                    assertTrue(Arrays.toString(scores), scores[missing] > scores[item]);
                }
            }
        }
        assertArrayEquals(new float[12], model.scores(WeightedHistory.of()), 0);
    }

    public void testGradients() {
        for (int concepts = 1; concepts <= 3; concepts++) {
            VaeNetwork network = new VaeNetwork(CATALOGUE, 5, 3, concepts, null);
            UserBatches batches = new UserBatches(GROUPS, null, network, 6, 5, 0.5, 0.3, 1);
            GradientCheck.check(device(), network, batches.epoch(1, new SplittableRandom(2)).getFirst(), 0.02);
        }
    }

    /**
     * Without weights all scores are 0 and the divergence is 0. The likelihood of each of three items is one of twelve: three are the
     * user's, and the others stand for nine if all are sampled.
     */
    public void testLossOfEqualItems() {
        VaeNetwork network = new VaeNetwork(CATALOGUE, 5, 3, 1, null);
        UserBatches batches = new UserBatches(GROUPS, null, network, 6, 12, 0.5, 0.3, 1);
        List<NamedArray> zeros = network.initial(new SplittableRandom(1)).stream()
            .map(weight -> NamedArray.filled(weight.name(), 0, weight.shape()))
            .toList();
        try (var manager = device().newManager(); var program = new TorchProgram(manager, network.methods())) {
            var arrays = batches.epoch(3, new SplittableRandom(2)).getFirst().arrays(manager, new SplittableRandom(2));
            float loss = program.call(manager, "loss", false, List.of(NamedArray.on(manager, zeros), arrays)).get(0).getFloat();
            assertEquals(3 * Math.log(12), loss, 1e-4);
        }
    }

    /** No item is left to compare theirs with. */
    public void testUsersWithAllItems() {
        InteractionMatrix.Builder all = new InteractionMatrix.Builder(3);
        for (int user = 0; user < 20; user++) {
            for (int item = 0; item < 3; item++) {
                all.add(user, item, 1, 0);
            }
        }
        for (float score : learn(TINY, all.build()).scores(WeightedHistory.of(0))) {
            assertTrue("" + score, Float.isFinite(score));
        }
    }

    /** What a node computes in Java is what was learned in libtorch. */
    public void testLayersAreThoseOfTheProgram() {
        VaeNetwork network = new VaeNetwork(CATALOGUE, 5, 3, 1, null);
        SplittableRandom random = new SplittableRandom(5);
        List<NamedArray> weights = network.initial(random).stream()
            .map(weight -> NamedArray.random(weight.name(), 0.5, random, weight.shape()))
            .toList();
        float[] user = new VaeLayers(1, weights.subList(1, weights.size())).vector(
            Arrays.copyOf(weights.get(0).rows(), 2),
            new WeightedHistory(new int[] { 0, 1 }, new float[] { 3, 4 })
        );
        float[] sum = new float[3];
        for (int d = 0; d < sum.length; d++) {
            sum[d] = (float) ((weights.get(0).rows()[0][d] + weights.get(0).rows()[1][d]) / Math.sqrt(2));
        }
        String methods = network.methods() + String.format(Locale.ROOT, """
              def encode(self: %s, w: List[Tensor], sum: List[Tensor]) -> Tensor:
                return self.mean(w, self.hidden(w, sum[0]))
            """, TorchProgram.CLASS);
        try (var manager = device().newManager(); var program = new TorchProgram(manager, methods)) {
            List<NDArray> layers = NamedArray.on(manager, weights.subList(1, weights.size()));
            float[] expected = program.call(manager, "encode", false, List.of(layers, List.of(manager.create(sum)))).get(0).toFloatArray();
            assertArrayEquals(expected, Arrays.copyOf(user, 3), 1e-5f);
            assertEquals("for the items' biases", 1, user[3], 0);
        }
    }

    /** The same with concepts, whose parts of a row add up to the item's direction. */
    public void testRowsAndLayersOfConcepts() {
        VaeNetwork network = new VaeNetwork(CATALOGUE, 5, 3, 4, null);
        SplittableRandom random = new SplittableRandom(5);
        List<NamedArray> weights = network.initial(random).stream()
            .map(weight -> NamedArray.random(weight.name(), 0.5, random, weight.shape()))
            .toList();
        float[][] rows = network.rows(weights);
        float[][] own = weights.getFirst().rows();
        for (int item = 0; item < rows.length; item++) {
            assertEquals(17, rows[item].length);
            assertEquals("the bias", own[item][3], rows[item][16], 0);
            assertEquals("the shares", 1, rows[item][12] + rows[item][13] + rows[item][14] + rows[item][15], 1e-5);
            double length = Math.sqrt(own[item][0] * own[item][0] + own[item][1] * own[item][1] + own[item][2] * own[item][2]);
            for (int d = 0; d < 3; d++) {
                double sum = 0;
                for (int k = 0; k < 4; k++) {
                    assertEquals(10 * rows[item][12 + k] * own[item][d] / length, rows[item][3 * k + d], 1e-4);
                    sum += rows[item][3 * k + d];
                }
                assertEquals(10 * own[item][d] / length, sum, 1e-4);
            }
            float[] again = network.own(rows[item]);
            for (int d = 0; d < 3; d++) {
                assertEquals("a training that continues begins with length 1", own[item][d] / length, again[d], 1e-5);
            }
            assertEquals(own[item][3], again[3], 0);
        }
        List<NamedArray> unknown = new ArrayList<>(weights);
        unknown.set(0, NamedArray.filled("items", 0, weights.getFirst().shape()));
        assertArrayEquals("nothing is known of the item", new float[17], network.rows(unknown)[0], 0);
        String methods = network.methods() + String.format(Locale.ROOT, """
              def encode(self: %1$s, w: List[Tensor], x: List[Tensor]) -> Tensor:
                rows = self.table(w, x[0], x[1])
                sum = torch.sum(rows, [0], True) / x[2]
                mean = self.mean(w[1:], self.hidden(w[1:], self.input(sum)))
                return torch.cat([torch.reshape(rows, [-1]), torch.reshape(self.user(w[1:], sum, mean, torch.zeros_like(mean)), [-1])], 0)
            """, TorchProgram.CLASS);
        try (var manager = device().newManager(); var program = new TorchProgram(manager, methods)) {
            List<NDArray> inputs = List.of(
                manager.create(new long[] { 0, 1 }),
                manager.create(new float[0], new Shape(2, 0)),
                manager.create((float) Math.sqrt(2))
            );
            float[] found = program.call(manager, "encode", false, List.of(NamedArray.on(manager, weights), inputs)).get(0).toFloatArray();
            assertArrayEquals(rows[0], Arrays.copyOf(found, 17), 1e-5f);
            assertArrayEquals(rows[1], Arrays.copyOfRange(found, 17, 34), 1e-5f);
            VaeLayers layers = new VaeLayers(4, weights.subList(1, weights.size()));
            float[] user = layers.vector(Arrays.copyOf(rows, 2), WeightedHistory.of(0, 1));
            assertArrayEquals(Arrays.copyOfRange(found, 34, 51), user, 1e-5f);
            assertEquals("for the items' biases", 1, user[16], 0);
            VaeLayers kept = new VaeLayers(4, layers.weights());
            assertArrayEquals("without the weights of the variance", user, kept.vector(Arrays.copyOf(rows, 2), WeightedHistory.of(0, 1)), 0);
        }
    }

    /** Users take items of two of three groups. Items of a group belong to one concept, and those of groups to different ones. */
    public void testConceptsAreGroups() {
        InteractionMatrix.Builder builder = new InteractionMatrix.Builder(18);
        SplittableRandom random = new SplittableRandom(1);
        for (int user = 0; user < 300; user++) {
            for (int i = 0; i < 6; i++) {
                builder.add(user, 6 * ((user + i % 2) % 3) + random.nextInt(6), 1, 0);
            }
        }
        Settings settings = new Settings(16, 8, 3, 0.5, 0.1, 5, 50, 18, new TrainingPlan(60, 60, 0.01, 0, 1));
        Factors model = learn(settings, builder.build());
        int[] counts = new int[9];
        for (int item = 0; item < 18; item++) {
            float[] row = model.vector(item);
            int concept = IntStream.range(0, 3).reduce((a, b) -> row[24 + b] > row[24 + a] ? b : a).orElseThrow();
            counts[3 * (item / 6) + concept]++;
        }
        assertEquals(Arrays.toString(counts), 3, Arrays.stream(counts).filter(count -> count == 6).count());
        assertEquals(Arrays.toString(counts), 3, IntStream.range(0, 3).filter(k -> counts[k] + counts[3 + k] + counts[6 + k] == 6).count());
    }

    public void testDivergenceGrows() {
        UserBatches batches = new UserBatches(GROUPS, null, new VaeNetwork(CATALOGUE, 5, 3, 1, null), 6, 5, 0.5, 0.4, 4);
        try (var manager = device().newManager()) {
            for (int epoch : new int[] { 0, 1, 4, 9 }) {
                var arrays = batches.epoch(epoch, new SplittableRandom(1)).getFirst().arrays(manager, new SplittableRandom(1));
                assertEquals(Math.min(0.1 * epoch, 0.4), arrays.getLast().getFloat(), 1e-6);
            }
        }
    }

    public void testOrderOfTheHistoryDoesNotCount() {
        Factors model = learn(TINY.withPlan(new TrainingPlan(3, 3, 0.02, 0, 4)), GROUPS);
        assertArrayEquals(model.scores(WeightedHistory.of(1, 2, 7)), model.scores(WeightedHistory.of(7, 1, 2)), 1e-5f);
    }

    public void testSameSeedSameModel() {
        WeightedHistory history = WeightedHistory.of(1, 2);
        Settings few = TINY.withPlan(new TrainingPlan(3, 3, 0.02, 0, 4));
        float[] scores = learn(few, GROUPS).scores(history);
        assertArrayEquals(scores, learn(few, GROUPS).scores(history), 0);
        assertFalse(Arrays.equals(scores, learn(TINY.withPlan(new TrainingPlan(3, 3, 0.02, 0, 5)), GROUPS).scores(history)));
    }

    public void testCancellation() {
        List<Double> seen = new ArrayList<>();
        expectThrows(CancellationException.class, () -> new VariationalAutoencoder(TINY, INPUTS).learn(GROUPS, ParallelFor.SEQUENTIAL, part -> {
            seen.add(part);
            if (seen.size() == 5) {
                throw new CancellationException();
            }
        }));
        assertEquals("no progress after the cancellation", 5, seen.size());
    }
}
