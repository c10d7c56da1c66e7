package org.opensearch.affinity.train.fusion;

import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.tracker.shape.Curve;
import org.opensearch.core.common.breaker.CircuitBreaker;
import org.opensearch.core.common.breaker.CircuitBreakingException;
import org.opensearch.core.common.breaker.NoopCircuitBreaker;
import org.opensearch.test.OpenSearchTestCase;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.ToDoubleFunction;

public class ShapeLearnerTests extends OpenSearchTestCase {
    private static final List<String> NAMES = List.of("relevance", "affinity", "popularity", "seen");
    private static final double[] BOUNDS = { 0, 0, 0, Double.NEGATIVE_INFINITY };
    private static final int HITS = 40;

    /** A breaker with a limit, bytes. */
    private static final class Limit extends NoopCircuitBreaker {
        private final long limit;
        private long used;
        private long most;

        Limit(long limit) {
            super("test");
            this.limit = limit;
        }

        @Override
        public double addEstimateBytesAndMaybeBreak(long bytes, String label) {
            if (used + bytes > limit) {
                throw new CircuitBreakingException(label, used + bytes, limit, Durability.TRANSIENT);
            }
            most = Math.max(most, addWithoutBreaking(bytes));
            return used;
        }

        @Override
        public long addWithoutBreaking(long bytes) {
            return used += bytes;
        }
    }

    /** Examples whose chosen hits are drawn with probabilities in proportion to {@code e^truth}. */
    private static List<TrainingExample> examples(int count, Random random, ToDoubleFunction<float[]> truth) {
        List<TrainingExample> examples = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            float[][] values = new float[HITS][];
            double[] weights = new double[HITS];
            for (int hit = 0; hit < HITS; hit++) {
                float seen = random.nextInt(10) == 0 ? 1 : 0;
                values[hit] = new float[] { (float) random.nextGaussian(), 2 * random.nextFloat() - 1, random.nextFloat(), seen };
                weights[hit] = Math.exp(truth.applyAsDouble(values[hit]));
            }
            double drawn = random.nextDouble() * Arrays.stream(weights).sum();
            int chosen = 0;
            while (drawn > weights[chosen] && chosen < HITS - 1) {
                drawn -= weights[chosen++];
            }
            examples.add(new TrainingExample(values, new int[] { chosen }));
        }
        return examples;
    }

    private static FusionLearner.Result learn(int count, ToDoubleFunction<float[]> truth) {
        return learn(count, truth, new NoopCircuitBreaker("test"));
    }

    private static FusionLearner.Result learn(int count, ToDoubleFunction<float[]> truth, CircuitBreaker breaker) {
        List<TrainingExample> training = examples(count, new Random(1), truth);
        List<TrainingExample> heldOut = examples(1_000, new Random(2), truth);
        ShapeLearner shapes = new ShapeLearner(new ParallelFor(Runnable::run, 1), NAMES, BOUNDS, breaker);
        double[] defaults = { 1, 1, 1, 0 };
        return new FusionLearner(defaults, BOUNDS, shapes, List.of()).learn(training, learned -> {
            double[] before = heldOut.stream().mapToDouble(example -> example.ndcg(defaults)).toArray();
            double[] after = heldOut.stream().mapToDouble(example -> example.ndcg(learned.weights())).toArray();
            double[] shaped = heldOut.stream().mapToDouble(learned.shape()::ndcg).toArray();
            return new FusionLearner.Checks(before, after, shaped, new double[defaults.length][], heldOut);
        }, ProgressListener.NONE);
    }

    /** A popularity that is worth nothing below a half, and an affinity that is worth more for popular items. */
    public void testCurvesAndProductsAreFound() {
        FusionLearner.Result result = learn(
            2_000,
            hit -> hit[0] + 8 * Math.max(0, hit[2] - 0.7) + 3 * hit[1] * hit[2] + 2 * hit[1] - 2 * hit[3]
        );
        ShapeLearner.Shape shape = result.shape();
        assertNotNull(result.toString(), shape);
        assertTrue(result.toString(), result.shapeDifference().low() > 0);
        Curve popularity = shape.curves().get("popularity");
        double low = shape.weights()[2] * (popularity.of(0.5) - popularity.of(0));
        double high = shape.weights()[2] * (popularity.of(1) - popularity.of(0.5));
        assertTrue(result.toString(), high > 4 * low);
        assertEquals(result.toString(), 3, shape.products().get("affinity*popularity"), 1.5);
        assertTrue("relevance and seen have no curve", List.of("affinity", "popularity").containsAll(shape.curves().keySet()));
        assertTrue(shape.weights()[3] < 0);
    }

    public void testMemoryIsReserved() {
        ToDoubleFunction<float[]> truth = hit -> 3 * hit[1];
        Limit small = new Limit(50_000);
        expectThrows(CircuitBreakingException.class, () -> learn(60, truth, small));
        assertEquals(0, small.used);
        Limit enough = new Limit(10_000_000);
        learn(60, truth, enough);
        assertEquals(0, enough.used);
        assertTrue("50,000 bytes are too few: " + enough.most, enough.most > 50_000);
    }

    /** With few examples and a truth that is linear, the shape is refused or close to the line. */
    public void testFewExamplesChangeLittle() {
        FusionLearner.Result result = learn(60, hit -> hit[0] + 3 * hit[1] + 2 * hit[2]);
        assertEquals(result.toString(), result.after().value(), result.shaped().value(), 0.03);
        assertEquals(result.accepted() && result.shaped().value() > result.after().value(), result.shape() != null);
    }

    /** The row's weighted sum is that of weights, curves and products. */
    public void testBasisAndCurvesAreOneFunction() {
        Random random = new Random(random().nextLong());
        List<TrainingExample> examples = examples(20, random, hit -> 0);
        ShapeBasis basis = ShapeBasis.ofCurves(examples, new boolean[] { false, true, true, false }).withProducts(new int[][] { { 1, 2 }, { 2, 3 } });
        double[] row = basis.lowerBounds(BOUNDS);
        for (int i = 0; i < row.length; i++) {
            row[i] = row[i] == 0 ? random.nextDouble() : random.nextGaussian();
        }
        double[] weights = basis.weights(row);
        Map<String, Curve> curves = basis.curves(row, NAMES);
        Map<String, Float> products = basis.products(row, NAMES);
        for (TrainingExample example : examples) {
            TrainingExample expanded = basis.expand(example);
            for (int hit = 0; hit < HITS; hit++) {
                float[] values = example.values()[hit];
                double sum = 0;
                for (int i = 0; i < weights.length; i++) {
                    Curve curve = curves.get(NAMES.get(i));
                    sum += weights[i] * (curve == null ? values[i] : curve.of(values[i]));
                }
                sum += products.get("affinity*popularity") * values[1] * values[2] + products.get("popularity*seen") * values[2] * values[3];
                assertEquals(expanded.score(hit, row), sum, 1e-5);
            }
        }
    }

    public void testLinearRowIsTheWeightedSum() {
        List<TrainingExample> examples = examples(10, new Random(3), hit -> 0);
        ShapeBasis basis = ShapeBasis.ofCurves(examples, new boolean[] { false, true, true, false }).withProducts(new int[][] { { 1, 2 } });
        double[] weights = { 1, 2, 3, -1 };
        double[] row = basis.linear(weights);
        for (TrainingExample example : examples) {
            TrainingExample expanded = basis.expand(example);
            for (int hit = 0; hit < HITS; hit++) {
                assertEquals(example.score(hit, weights), expanded.score(hit, row), 1e-5);
            }
        }
        assertArrayEquals(weights, basis.weights(row), 1e-6);
    }
}
