package org.opensearch.affinity.learn.network;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.encode.EncodeTestCase;
import org.opensearch.affinity.learn.Factors;
import org.opensearch.affinity.learn.InteractionMatrices;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.WeightedHistory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;

public class SelfAttentionTests extends EncodeTestCase {
    private static final int ITEMS = 12;
    private static final AttentionSettings TINY = new AttentionSettings(
        6, 16, 1, 2, 0.1, 10, 64, ITEMS, new TrainingPlan(30, 30, 0.01, 0, 1)
    );

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

    private static Factors learn(AttentionSettings settings, InteractionMatrix interactions) {
        return new SelfAttention(settings, device()).learn(interactions, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
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
        Factors model = learn(TINY.withPlan(new TrainingPlan(2, 2, 0.01, 0, 1)), cycle(20, 5));
        WeightedHistory history = WeightedHistory.of(4, 1, 7);
        double[] contributions = model.encoder().contributions(history, model.vector(5));
        assertEquals(model.scores(history)[5], Arrays.stream(contributions).sum(), 1e-4);
        assertEquals("the oldest item alone", model.scores(WeightedHistory.of(7))[5], contributions[2], 1e-4);
    }

    public void testGradients() {
        for (double dropout : new double[] { 0, 0.25 }) {
            AttentionNetwork network = new AttentionNetwork(7, 4, 6, 2, 2, dropout, 3);
            InteractionMatrix interactions = InteractionMatrices.ordered(7, new int[] { 0, 3, 4, 2 }, new int[] { 5, 1 }, new int[] { 6, 2, 1 });
            NextItemBatches batches = new NextItemBatches(new Sequences(interactions, 4), network, 100, 4);
            GradientCheck.check(device(), network, batches.epoch(0, new SplittableRandom(1)).getFirst(), 0.01);
        }
    }

    /** With a sample of all items the loss is the cross-entropy; with equal vectors it is log(items). */
    public void testLossOfEqualItems() {
        AttentionNetwork network = new AttentionNetwork(5, 4, 2, 1, 1, 0, 3);
        InteractionMatrix interactions = InteractionMatrices.ordered(5, new int[] { 0, 3, 4 });
        for (int sampled : new int[] { 5, 3 }) {
            NextItemBatches batches = new NextItemBatches(new Sequences(interactions, 4), network, 100, sampled);
            List<Double> losses = new ArrayList<>();
            Trainer trainer = new Trainer(device(), network, new TrainingPlan(1, 1, 1e-9, 0, 1));
            try (var manager = device().newManager(); var program = new TorchProgram(manager, network.methods())) {
                List<NamedArray> weights = new ArrayList<>(trainer.begin().weights());
                weights.set(0, NamedArray.filled("items", 1, 5, 2));
                var arrays = batches.epoch(0, new SplittableRandom(1)).getFirst().arrays(manager, new SplittableRandom(sampled));
                losses.add((double) program.call(manager, "loss", false, List.of(NamedArray.on(manager, weights), arrays)).get(0).getFloat());
                long[] common = arrays.get(5).toLongArray();
                // Sampled items stand for all others; a row with the wanted item among them has one fewer.
                double expected = IntStream.range(0, 2).mapToDouble(row -> {
                    long hit = Arrays.stream(common).filter(place -> place / sampled == row).count();
                    return Math.log(1 + (sampled - hit) * 4.0 / sampled);
                }).average().orElseThrow();
                assertEquals(expected, losses.getFirst(), 1e-4);
            }
        }
    }

    public void testOrderWithinAMomentIsRandom() {
        InteractionMatrix.Builder builder = new InteractionMatrix.Builder(6);
        builder.add(0, 0, 1, 10).add(0, 1, 1, 20).add(0, 2, 1, 20).add(0, 3, 1, 20).add(0, 4, 1, 30).add(0, 5, 1, 30);
        Sequences sequences = new Sequences(builder.build(), 50);
        SplittableRandom random = new SplittableRandom(1);
        int[][] counts = new int[6][6];
        int epochs = 600;
        for (int epoch = 0; epoch < epochs; epoch++) {
            int[] items = sequences.batches(1, random).getFirst().getFirst();
            for (int place = 0; place < items.length; place++) {
                counts[place][items[place]]++;
            }
        }
        assertEquals(epochs, counts[0][0]);
        for (int place = 1; place < 4; place++) {
            for (int item = 1; item < 4; item++) {
                assertEquals(epochs / 3.0, counts[place][item], 60);
            }
        }
        assertEquals(epochs / 2.0, counts[4][5], 70);
        assertEquals(epochs, counts[5][4] + counts[5][5]);
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

    public void testLongHistoriesAreCut() {
        InteractionMatrix interactions = InteractionMatrices.ordered(20, IntStream.range(0, 8).toArray(), new int[] { 9 });
        List<List<int[]>> batches = new Sequences(interactions, 3).batches(1_000, new SplittableRandom(1));
        List<String> sequences = batches.stream().flatMap(List::stream).map(Arrays::toString).sorted().toList();
        assertEquals(List.of("[0, 1]", "[1, 2, 3, 4]", "[4, 5, 6, 7]"), sequences);
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
        AttentionNetwork network = TINY.network(ITEMS);
        NextItemBatches batches = new NextItemBatches(new Sequences(cycle(30, 5), 6), network, 64, 8);
        Trainer trainer = new Trainer(device(), network, new TrainingPlan(4, 4, 0.01, 0, 3));
        List<Checkpoint> all = new ArrayList<>();
        Checkpoint end = trainer.train(trainer.begin(), batches, weights -> 0, all::add, ProgressListener.NONE);
        assertEquals(4, all.size());
        Checkpoint continued = trainer.train(all.get(1), batches, weights -> 0, state -> {}, ProgressListener.NONE);
        for (int i = 0; i < end.best().size(); i++) {
            assertArrayEquals(end.best().get(i).name(), end.best().get(i).values(), continued.best().get(i).values(), 0);
        }
    }

    public void testTrainingEndsWithoutProgressAndKeepsTheBest() {
        AttentionNetwork network = TINY.network(ITEMS);
        NextItemBatches batches = new NextItemBatches(new Sequences(cycle(30, 5), 6), network, 64, 8);
        Trainer trainer = new Trainer(device(), network, new TrainingPlan(20, 2, 0.01, 0, 3));
        List<Checkpoint> all = new ArrayList<>();
        double[] figures = { 1, 3, 2, 2, 9 };
        Checkpoint end = trainer.train(trainer.begin(), batches, weights -> figures[all.size()], all::add, ProgressListener.NONE);
        assertEquals(4, end.epochs());
        assertEquals(2, end.bestEpochs());
        assertEquals(3, end.bestFigure(), 0);
        assertSame(all.get(1).weights(), end.best());
    }

    public void testCancellation() {
        List<Double> seen = new ArrayList<>();
        expectThrows(CancellationException.class, () -> new SelfAttention(TINY, device()).learn(cycle(60, 5), ParallelFor.SEQUENTIAL, part -> {
            seen.add(part);
            if (seen.size() == 5) {
                throw new CancellationException();
            }
        }));
        assertEquals("no progress after the cancellation", 5, seen.size());
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
