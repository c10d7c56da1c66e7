package org.opensearch.affinity.learn.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.encode.EncodeTestCase;
import org.opensearch.affinity.learn.Factors;
import org.opensearch.affinity.learn.InteractionMatrices;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.NetworkEncoder;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.WeightedHistory;
import org.opensearch.affinity.learn.layer.AttentionLayers;
import org.opensearch.affinity.learn.layer.NamedArray;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import java.util.stream.Stream;

public class SelfAttentionTests extends EncodeTestCase {
    private static final int ITEMS = 12;
    private static final AttentionSettings TINY = new AttentionSettings(
        6, 16, 1, 2, 0.1, 0.1, 64, ITEMS, new TrainingPlan(30, 30, 0.01, 0, 1)
    );

    private static final NetworkInputs INPUTS = new NetworkInputs(device(), null);

    private static TorchDevice device() {
        return runtime()::newManager;
    }

    /** Users who take one item after the other, from different begins. */
    private static InteractionMatrix cycle(int users, int length) {
        return InteractionMatrices.ordered(
            ITEMS,
            IntStream.range(0, users).mapToObj(user -> IntStream.range(user, user + length).map(i -> i % ITEMS).toArray()).toArray(int[][]::new)
        );
    }

    private static Checkpoint begin(Trainer trainer) {
        return Checkpoint.initial(trainer.network().initial(new SplittableRandom(trainer.plan().seed())), Double.NEGATIVE_INFINITY);
    }

    /** Contents of a few items are too few to be used. */
    private static Catalogue catalogue(InteractionMatrix interactions, boolean withContents) {
        Catalogue without = Catalogue.of(interactions, null);
        float[][] contents = new float[interactions.items()][];
        contents[0] = new float[] { 0.6f, 0.8f };
        contents[2] = new float[] { 0, -1 };
        contents[3] = new float[] { 1, 0 };
        return withContents ? new Catalogue(without.size(), without.known(), contents) : without;
    }

    private static Factors learn(AttentionSettings settings, InteractionMatrix interactions) {
        return new SelfAttention(settings, INPUTS).learn(interactions, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
    }

    private static int best(float[] scores) {
        return IntStream.range(0, scores.length).reduce((a, b) -> scores[b] > scores[a] ? b : a).orElseThrow();
    }

    public void testCycleIsLearned() {
        Factors model = learn(TINY, cycle(60, 5));
        for (int item = 0; item < ITEMS; item++) {
            int before = (item + ITEMS - 1) % ITEMS;
            assertEquals((item + 1) % ITEMS, best(model.scores(WeightedHistory.of(item, before))));
        }
        assertArrayEquals(new float[ITEMS], model.scores(WeightedHistory.of()), 0);
        assertEquals("an item's vector has length 1", 1, VectorUtil.dotProduct(model.vector(3), model.vector(3)), 1e-5);
        assertTrue(model.ramBytesUsed() > 0);
    }

    public void testOldItemsAreNotRead() {
        Factors model = learn(TINY.withPlan(new TrainingPlan(1, 1, 0.01, 0, 1)), cycle(20, 5));
        float[] six = model.encoder().vector(WeightedHistory.of(1, 2, 3, 4, 5, 6));
        assertArrayEquals(six, model.encoder().vector(WeightedHistory.of(1, 2, 3, 4, 5, 6, 9, 9)), 0);
        assertFalse(Arrays.equals(six, model.encoder().vector(WeightedHistory.of(2, 1, 3, 4, 5, 6))));
    }

    public void testContributionsAddUp() {
        Factors model = learn(TINY.withPlan(new TrainingPlan(30, 30, 0.01, 0, 1)), cycle(60, 5));
        WeightedHistory history = WeightedHistory.of(4, 3, 9);
        double[] contributions = model.encoder().contributions(history).to(model.vector(5));
        assertEquals(model.scores(history)[5], Arrays.stream(contributions).sum(), 1e-4);
        assertTrue("the item before made it: " + Arrays.toString(contributions), contributions[0] > 10 * Math.max(contributions[1], contributions[2]));
        assertArrayEquals("not below 0", new double[3], model.encoder().contributions(history).to(new float[16]), 0);
        assertEquals(0, model.encoder().contributions(WeightedHistory.of()).to(model.vector(5)).length);
    }

    /** What a node computes in Java is what was learned in libtorch. */
    public void testLayersAreThoseOfTheProgram() {
        AttentionNetwork network = new AttentionNetwork(Catalogue.of(cycle(60, 5), null), 4, 6, 3, 2, 0.5, 3, List.of("click", "purchase"));
        SplittableRandom random = new SplittableRandom(5);
        List<NamedArray> weights = network.initial(random).stream()
            .map(weight -> NamedArray.random(weight.name(), 0.5, random, weight.shape()))
            .toList();
        AttentionLayers layers = new AttentionLayers(2, 3, weights.subList(1, weights.size()));
        float[][] table = weights.get(0).rows();
        int[] history = { 3, 7, 1, 10 };
        String methods = network.methods() + String.format(Locale.ROOT, """
              def encode(self: %s, w: List[Tensor], x: List[Tensor]) -> Tensor:
                return self.user(torch.select(self.hidden(w, x[0], x[1], x[2], x[3]), 1, -1))
            """, TorchProgram.CLASS);
        for (int length = 1; length <= history.length; length++) {
            int size = length;
            float[][] newestFirst = Arrays.stream(history, 0, length).mapToObj(item -> table[item]).toArray(float[][]::new);
            float[] oldestFirst = new float[6 * length];
            for (int i = 0; i < length; i++) {
                System.arraycopy(newestFirst[length - 1 - i], 0, oldestFirst, 6 * i, 6);
            }
            try (var manager = device().newManager(); var program = new TorchProgram(manager, methods)) {
                List<NDArray> ofLayers = NamedArray.on(manager, weights.subList(1, weights.size()));
                long[] gaps = { 0, 30, 7, 64 };
                long[] actions = { 0, 2, 1, 2 };
                List<NDArray> rows = List.of(
                    manager.create(oldestFirst, new Shape(1, length, 6)),
                    manager.create(Arrays.copyOf(gaps, length), new Shape(1, length)),
                    manager.create(Arrays.copyOf(actions, length), new Shape(1, length)),
                    manager.create(new Shape(0), DataType.UINT8)
                );
                int[] newestGaps = IntStream.range(0, length).map(age -> (int) gaps[size - 1 - age]).toArray();
                int[] newestActions = IntStream.range(0, length).map(age -> (int) actions[size - 1 - age]).toArray();
                WeightedHistory ofUser = new WeightedHistory(new int[length], new float[length], newestGaps, newestActions);
                float[] expected = program.call(manager, "encode", false, List.of(ofLayers, rows)).get(0).toFloatArray();
                assertArrayEquals(expected, layers.vector(newestFirst, ofUser), 1e-5f);
            }
        }
    }

    public void testGradients() {
        for (double dropout : new double[] { 0, 0.25 }) {
            InteractionMatrix.Builder builder = new InteractionMatrix.Builder(7, List.of("click", "purchase"));
            int[][] histories = { { 0, 3, 4, 2 }, { 5, 1 }, { 6, 2, 1 } };
            for (int user = 0; user < histories.length; user++) {
                for (int i = 0; i < histories[user].length; i++) {
                    builder.add(user, histories[user][i], 1, i, (user + i) % 3);
                }
            }
            InteractionMatrix interactions = builder.build();
            Catalogue catalogue = catalogue(interactions, random().nextBoolean());
            AttentionNetwork network = new AttentionNetwork(catalogue, 4, 6, 2, 2, dropout, 3, interactions.actionNames());
            NextItemBatches batches = new NextItemBatches(SequencesTests.sequences(interactions, 4), network, 100, 4);
            GradientCheck.check(device(), network, batches.epoch(0, new SplittableRandom(1)).getFirst(), 0.01);
        }
    }

    /** With a sample of all items the loss is the cross-entropy; with equal vectors it is log(items). */
    public void testLossOfEqualItems() {
        InteractionMatrix interactions = InteractionMatrices.ordered(5, new int[] { 0, 3, 4 }, new int[] { 1, 2 });
        AttentionNetwork network = new AttentionNetwork(Catalogue.of(interactions, null), 4, 2, 1, 1, 0, 3, List.of());
        for (int sampled : new int[] { 5, 3 }) {
            NextItemBatches batches = new NextItemBatches(SequencesTests.sequences(InteractionMatrices.ordered(5, new int[] { 0, 3, 4 }), 4), network, 100, sampled);
            List<Double> losses = new ArrayList<>();
            Trainer trainer = new Trainer(device(), network, new TrainingPlan(1, 1, 1e-9, 0, 1));
            try (var manager = device().newManager(); var program = new TorchProgram(manager, network.methods())) {
                List<NamedArray> weights = new ArrayList<>(begin(trainer).weights());
                weights.set(0, NamedArray.filled("items", 1, 5, 2));
                var arrays = batches.epoch(0, new SplittableRandom(1)).getFirst().arrays(manager, new SplittableRandom(sampled));
                losses.add((double) program.call(manager, "loss", false, List.of(NamedArray.on(manager, weights), arrays)).get(0).getFloat());
                long[] common = arrays.get(9).toLongArray();
                // Sampled items stand for all others; a row with the wanted item among them has one fewer.
                double expected = IntStream.range(0, 2).mapToDouble(row -> {
                    long hit = Arrays.stream(common).filter(place -> place / sampled == row).count();
                    return Math.log(1 + (sampled - hit) * 5.0 / sampled);
                }).average().orElseThrow();
                assertEquals(expected, losses.getFirst(), 1e-4);
            }
        }
    }

    /** Of a pair that always stands in the same order, neither predicts the other better if both have one time. */
    public void testOrderWithinAMomentIsNotLearned() {
        double[] differences = new double[2];
        for (int known = 0; known < 2; known++) {
            InteractionMatrix.Builder builder = new InteractionMatrix.Builder(ITEMS);
            for (int user = 0; user < 90; user++) {
                int pair = 2 * (user % (ITEMS / 2));
                builder.add(user, pair, 1, 0).add(user, pair + 1, 1, known);
            }
            Factors model = learn(TINY, builder.build());
            float forward = model.scores(WeightedHistory.of(0))[1];
            float backward = model.scores(WeightedHistory.of(1))[0];
            differences[known] = forward - backward;
        }
        assertTrue(Arrays.toString(differences), Math.abs(differences[0]) < 2 && differences[1] > 4);
    }

    /** After a short while comes the neighbour, after a long while another item. */
    public void testGapsAreLearned() {
        InteractionMatrix.Builder builder = new InteractionMatrix.Builder(ITEMS);
        for (int user = 0; user < 120; user++) {
            boolean waits = user % 2 == 0;
            builder.add(user, 0, 1, 0).add(user, 1, 1, waits ? 1_000_000 : 1).add(user, waits ? 2 : 3, 1, 2_000_000);
            builder.add(user, 4 + user % 8, 1, 3_000_000);
        }
        Factors model = learn(TINY, builder.build());
        float[] ones = { 1, 1 };
        int[] items = { 1, 0 };
        float[] waited = model.scores(new WeightedHistory(items, ones, new int[] { InteractionMatrix.gap(0, 1_000_000), 0 }, new int[2]));
        float[] hurried = model.scores(new WeightedHistory(items, ones, new int[] { InteractionMatrix.gap(0, 1), 0 }, new int[2]));
        assertTrue(Arrays.toString(waited), waited[2] > waited[3] + 1);
        assertTrue(Arrays.toString(hurried), hurried[3] > hurried[2] + 1);
    }

    /** After a click comes the neighbour, after a purchase another item. An action that is not known is none. */
    public void testActionsAreLearned() {
        InteractionMatrix.Builder builder = new InteractionMatrix.Builder(ITEMS, List.of("click", "purchase"));
        for (int user = 0; user < 120; user++) {
            int action = 1 + user % 2;
            builder.add(user, 0, 1, 0, action).add(user, 1, 1, 1, action).add(user, 1 + action, 1, 2, action).add(user, 4 + user % 8, 1, 3, 1);
        }
        Factors model = learn(TINY, builder.build());
        float[][] scores = IntStream.range(0, 3)
            .mapToObj(action -> model.scores(new WeightedHistory(new int[] { 1, 0 }, new float[2], new int[2], new int[] { action, action })))
            .toArray(float[][]::new);
        assertTrue(Arrays.toString(scores[1]), scores[1][2] > scores[1][3] + 1);
        assertTrue(Arrays.toString(scores[2]), scores[2][3] > scores[2][2] + 1);
        AttentionLayers layers = (AttentionLayers) ((NetworkEncoder) model.encoder()).layers();
        assertEquals(List.of(1, 2, 0), Stream.of("click", "purchase", "wish").map(layers::action).toList());
        assertFalse(Arrays.equals(scores[0], scores[1]));
    }

    public void testSameSeedSameModel() {
        AttentionSettings few = TINY.withPlan(new TrainingPlan(3, 3, 0.01, 0.01, 5));
        Factors first = learn(few, cycle(30, 5));
        Factors again = learn(few, cycle(30, 5));
        Factors other = learn(TINY.withPlan(new TrainingPlan(3, 3, 0.01, 0.01, 6)), cycle(30, 5));
        WeightedHistory history = WeightedHistory.of(3, 2);
        assertArrayEquals(first.scores(history), again.scores(history), 0);
        assertFalse(Arrays.equals(first.scores(history), other.scores(history)));
    }

    public void testTrainingIsContinuedWithTheSameResult() {
        AttentionNetwork network = TINY.network(Catalogue.of(cycle(30, 5), null), List.of());
        NextItemBatches batches = new NextItemBatches(SequencesTests.sequences(cycle(30, 5), 6), network, 64, 8);
        Trainer trainer = new Trainer(device(), network, new TrainingPlan(4, 4, 0.01, 0, 3));
        List<Checkpoint> all = new ArrayList<>();
        Checkpoint end = trainer.train(begin(trainer), batches, (weights, check) -> 0, all::add, ProgressListener.NONE);
        assertEquals(4, all.size());
        Checkpoint continued = trainer.train(all.get(1), batches, (weights, check) -> 0, state -> {}, ProgressListener.NONE);
        for (int i = 0; i < end.best().size(); i++) {
            assertArrayEquals(end.best().get(i).name(), end.best().get(i).values(), continued.best().get(i).values(), 0);
        }
    }

    public void testTrainingEndsWithoutProgressAndKeepsTheBest() {
        AttentionNetwork network = TINY.network(Catalogue.of(cycle(30, 5), null), List.of());
        NextItemBatches batches = new NextItemBatches(SequencesTests.sequences(cycle(30, 5), 6), network, 64, 8);
        Trainer trainer = new Trainer(device(), network, new TrainingPlan(20, 2, 0.01, 0, 3));
        List<Checkpoint> all = new ArrayList<>();
        double[] figures = { 1, 3, 2, 2, 9 };
        Checkpoint end = trainer.train(begin(trainer), batches, (weights, check) -> figures[all.size()], all::add, ProgressListener.NONE);
        assertEquals(4, end.epochs());
        assertEquals(2, end.bestEpochs());
        assertEquals(3, end.bestFigure(), 0);
        assertSame(all.get(1).weights(), end.best());
    }

    public void testCancellation() {
        List<Double> seen = new ArrayList<>();
        expectThrows(CancellationException.class, () -> new SelfAttention(TINY, INPUTS).learn(cycle(60, 5), ParallelFor.SEQUENTIAL, part -> {
            seen.add(part);
            if (seen.size() == 5) {
                throw new CancellationException();
            }
        }));
        assertEquals("no progress after the cancellation", 5, seen.size());
    }

    /** After some of the items comes another one than before: that is learned, and what follows the others is not forgotten. */
    public void testContinuedTrainingFollowsADrift() {
        Factors before = learn(TINY, cycle(60, 5));
        int[][] users = IntStream.range(0, 120).mapToObj(user -> drifted(user % ITEMS, 5, user >= 60)).toArray(int[][]::new);
        BitSet since = new BitSet();
        since.set(60, 120);
        NetworkEncoder encoder = (NetworkEncoder) before.encoder();
        float[][] rows = IntStream.range(0, ITEMS).mapToObj(before::vector).toArray(float[][]::new);
        EarlierNetwork earlier = new EarlierNetwork(rows, EarlierNetwork.weights(encoder.layers()), encoder.map(), since);
        AttentionSettings settings = TINY.withPlan(new TrainingPlan(60, 60, 0.02, 0, 1));
        Factors continued = new SelfAttention(settings, INPUTS.continuing(earlier))
            .learn(InteractionMatrices.ordered(ITEMS, users), ParallelFor.SEQUENTIAL, ProgressListener.NONE);
        for (int item = 0; item < ITEMS; item++) {
            int old = best(before.scores(WeightedHistory.of(item, (item + ITEMS - 1) % ITEMS)));
            assertEquals((item + 1) % ITEMS, old);
            int now = best(continued.scores(WeightedHistory.of(item)));
            assertTrue(item + " -> " + now, item == 2 ? now == 8 || now == 3 : now == (item + 1) % ITEMS);
        }
        float[] scores = continued.scores(WeightedHistory.of(2));
        float[] scoresBefore = before.scores(WeightedHistory.of(2));
        assertTrue("8 follows 2 now", scores[8] > scoresBefore[8] + 2);
    }

    /** After item 2 comes item 8 if the log has drifted. */
    private static int[] drifted(int first, int length, boolean hasDrifted) {
        int[] items = new int[length];
        items[0] = first;
        for (int i = 1; i < length; i++) {
            items[i] = hasDrifted && items[i - 1] == 2 ? 8 : (items[i - 1] + 1) % ITEMS;
        }
        return items;
    }

    public void testNothingToLearn() {
        assertArrayEquals(new float[5], learn(TINY, new InteractionMatrix.Builder(5).build()).scores(WeightedHistory.of(1, 2)), 0);
        assertEquals(0, learn(TINY, new InteractionMatrix.Builder(0).build()).scores(WeightedHistory.of()).length);
    }

    public void testSettingsOutOfRange() {
        String message = expectThrows(IllegalArgumentException.class, () -> TINY.withDropout(1)).getMessage();
        assertEquals("[dropout] must be from 0, below 1, got [1.0]", message);
        expectThrows(IllegalArgumentException.class, () -> TINY.withDimension(15));
        expectThrows(IllegalArgumentException.class, () -> new TrainingPlan(0, 1, 0.1, 0, 1));
        expectThrows(IllegalArgumentException.class, () -> new NamedArray("a", new int[] { 2, 3 }, new float[5]));
    }
}
