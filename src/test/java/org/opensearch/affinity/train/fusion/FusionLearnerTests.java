package org.opensearch.affinity.train.fusion;

import org.opensearch.affinity.evaluate.Interval;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.test.OpenSearchTestCase;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

public class FusionLearnerTests extends OpenSearchTestCase {
    private static final double[] FREE = { Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY };

    private static final double[] OTHER = { 1, 1, 0 };
    /** Default weights that differ from those of {@link #examples}. */
    private static final FusionLearner OTHER_DEFAULTS = new FusionLearner(OTHER, FREE, null, List.of());

    /** @param defaults of the learner */
    private static FusionLearner.Result learn(
        FusionLearner learner,
        double[] defaults,
        List<TrainingExample> training,
        List<TrainingExample> heldOut
    ) {
        return learner.learn(training, learned -> {
            double[] before = heldOut.stream().mapToDouble(example -> example.ndcg(defaults)).toArray();
            double[] after = heldOut.stream().mapToDouble(example -> example.ndcg(learned.weights())).toArray();
            double[][] without = Arrays.stream(learned.without())
                .map(weights -> weights == null ? null : heldOut.stream().mapToDouble(example -> example.ndcg(weights)).toArray())
                .toArray(double[][]::new);
            return new FusionLearner.Checks(before, after, null, without, heldOut);
        }, ProgressListener.NONE);
    }

    private static List<TrainingExample> examples() {
        return ConditionalLogitTests.examples(new double[] { 4, 0, 3 }, 800, new Random(random().nextLong()));
    }

    public void testNdcgByHand() {
        TrainingExample example = new TrainingExample(new float[][] { { 1 }, { 3 }, { 2 }, { 2 } }, new int[] { 2, 3 });
        double ideal = 1 + Math.log(2) / Math.log(3);
        assertEquals("ranks 2 and 3", (Math.log(2) / Math.log(3) + 0.5) / ideal, example.ndcg(new double[] { 1 }), 1e-12);
        assertEquals(
            "ranks 2 and 3 in the opposite order",
            (Math.log(2) / Math.log(3) + 0.5) / ideal,
            example.ndcg(new double[] { -1 }),
            1e-12
        );
    }

    public void testBetterWeightsAreAccepted() {
        List<TrainingExample> all = examples();
        FusionLearner.Result result = learn(OTHER_DEFAULTS, OTHER, all.subList(0, 600), all.subList(600, 800));
        assertTrue(result.accepted());
        assertTrue(result.after().value() > result.before().value());
        double difference = result.after().value() - result.before().value();
        assertTrue(result.difference().low() <= difference && difference <= result.difference().high());
        assertEquals(result.after().value(), (result.after().low() + result.after().high()) / 2, 0.03);
        double[] of200 = all.subList(600, 800).stream().mapToDouble(example -> example.ndcg(OTHER)).toArray();
        assertEquals(Interval.mean(of200), result.before());
        assertTrue(
            Arrays.toString(result.weights()),
            result.weights()[2] > result.weights()[1] && result.weights()[0] > result.weights()[1]
        );
    }

    public void testFinalWeightsAreLearnedFromHeldOutExamplesToo() {
        List<TrainingExample> all = examples();
        FusionLearner.Result one = learn(OTHER_DEFAULTS, OTHER, all.subList(0, 400), all.subList(400, 600));
        FusionLearner.Result other = learn(OTHER_DEFAULTS, OTHER, all.subList(0, 400), all.subList(600, 800));
        assertTrue(one.accepted() && other.accepted());
        assertEquals("chosen without the held-out examples", one.penalty(), other.penalty(), 0);
        assertFalse(Arrays.equals(one.weights(), other.weights()));
    }

    public void testWorseWeightsAreNotAccepted() {
        Random random = new Random(random().nextLong());
        double[] truth = { 3, 1, 2 };
        List<TrainingExample> training = ConditionalLogitTests.examples(truth, 200, random);
        // The held-out examples have the opposite weights, so the default weights rank them better.
        List<TrainingExample> heldOut = ConditionalLogitTests.examples(new double[] { -3, -1, -2 }, 200, random);
        double[] defaults = { -1, 0, 0 };
        FusionLearner.Result result = learn(new FusionLearner(defaults, FREE, null, List.of()), defaults, training, heldOut);
        assertFalse(result.accepted());
        assertArrayEquals(defaults, result.weights(), 0);
    }

    /** Of two optional values, the one that tells nothing is left out, and the one that tells which hits are chosen is kept. */
    /** Of three values, the ranking depends on the first and the last. */
    public void testGainOfEachValue() {
        List<TrainingExample> all = examples();
        List<Interval> gains = learn(OTHER_DEFAULTS, OTHER, all.subList(0, 600), all.subList(600, 800)).gains();
        assertNull("relevance is never left out", gains.get(0));
        assertTrue(gains.toString(), gains.get(2).low() > 0.02);
        assertTrue(gains.toString(), gains.get(1) == null || Math.abs(gains.get(1).value()) < 0.01);
    }

    public void testOptionalValuesAreLeftOutUnlessTheyHelp() {
        List<TrainingExample> all = ConditionalLogitTests.examples(new double[] { 2, 0, 3 }, 1_500, new Random(7));
        double[] defaults = { 1, 0, 0 };
        FusionLearner learner = new FusionLearner(defaults, FREE, null, List.of(1, 2));
        FusionLearner.Result result = learn(learner, defaults, all.subList(0, 1_000), all.subList(1_000, 1_500));
        assertTrue(result.accepted());
        assertEquals(List.of(1), result.leftOut());
        assertEquals(0, result.weights()[1], 0);
        assertTrue(result.weights()[2] > 1);
        FusionLearner.Result refused = learn(learner, defaults, all.subList(0, 5), all.subList(5, 10));
        assertEquals("without weights nothing shows that they help", List.of(1, 2), refused.leftOut());
    }

    public void testTooFewExamples() {
        double[] defaults = { 1, 2, 0 };
        List<TrainingExample> few = ConditionalLogitTests.examples(defaults, FusionLearner.MIN_EXAMPLES - 1, new Random(1));
        for (List<TrainingExample> training : List.of(few, List.<TrainingExample>of())) {
            FusionLearner.Result result = learn(new FusionLearner(defaults, FREE, null, List.of()), defaults, training, few);
            assertFalse(result.accepted());
            assertArrayEquals(defaults, result.weights(), 0);
            assertEquals(result.before(), result.after());
            assertEquals("fewer than 30 lessons", result.reason());
        }
        List<TrainingExample> enough = ConditionalLogitTests.examples(defaults, 100, new Random(1));
        FusionLearner.Result withoutHeldOut = learn(new FusionLearner(defaults, FREE, null, List.of()), defaults, enough, List.of());
        assertFalse(withoutHeldOut.accepted());
        assertEquals("no checks", withoutHeldOut.reason());
    }
}
