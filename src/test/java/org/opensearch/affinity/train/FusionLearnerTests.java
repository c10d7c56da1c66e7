package org.opensearch.affinity.train;

import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.test.OpenSearchTestCase;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

public class FusionLearnerTests extends OpenSearchTestCase {
    private static final double[] FREE = { Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY };

    /** Default weights that differ from those of {@link #examples}. */
    private static final FusionLearner OTHER_DEFAULTS = new FusionLearner(new double[] { 1, 1, 0 }, FREE);

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
        FusionLearner.Result result = OTHER_DEFAULTS.learn(all.subList(0, 600), all.subList(600, 800), ProgressListener.NONE);
        assertTrue(result.accepted());
        assertTrue(result.ndcgAfter() > result.ndcgBefore());
        double difference = result.ndcgAfter() - result.ndcgBefore();
        assertTrue(result.difference().low() <= difference && difference <= result.difference().high());
        assertTrue(
            Arrays.toString(result.weights()),
            result.weights()[2] > result.weights()[1] && result.weights()[0] > result.weights()[1]
        );
    }

    public void testFinalWeightsAreLearnedFromHeldOutExamplesToo() {
        List<TrainingExample> all = examples();
        FusionLearner.Result one = OTHER_DEFAULTS.learn(all.subList(0, 400), all.subList(400, 600), ProgressListener.NONE);
        FusionLearner.Result other = OTHER_DEFAULTS.learn(all.subList(0, 400), all.subList(600, 800), ProgressListener.NONE);
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
        FusionLearner.Result result = new FusionLearner(defaults, FREE).learn(training, heldOut, ProgressListener.NONE);
        assertFalse(result.accepted());
        assertArrayEquals(defaults, result.weights(), 0);
    }

    public void testTooFewExamples() {
        double[] defaults = { 1, 2, 0 };
        List<TrainingExample> few = ConditionalLogitTests.examples(defaults, FusionLearner.MIN_EXAMPLES - 1, new Random(1));
        for (List<TrainingExample> training : List.of(few, List.<TrainingExample>of())) {
            FusionLearner.Result result = new FusionLearner(defaults, FREE).learn(training, few, ProgressListener.NONE);
            assertFalse(result.accepted());
            assertArrayEquals(defaults, result.weights(), 0);
            assertEquals(result.ndcgBefore(), result.ndcgAfter(), 0);
        }
        FusionLearner.Result withoutHeldOut = new FusionLearner(defaults, FREE).learn(
            ConditionalLogitTests.examples(defaults, 100, new Random(1)),
            List.of(),
            ProgressListener.NONE
        );
        assertFalse(withoutHeldOut.accepted());
    }
}
