package org.opensearch.affinity.train;

import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.test.OpenSearchTestCase;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

public class FusionLearnerTests extends OpenSearchTestCase {
    private static final double[] FREE = { Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY };

    /** What was there, which ranks otherwise than the people of {@link #lessons} want it. */
    private static final FusionLearner UNLIKE_THEM = new FusionLearner(new double[] { 1, 1, 0 }, FREE);

    private static List<TrainingExample> lessons() {
        return ConditionalLogitTests.lessons(new double[] { 4, 0, 3 }, 800, new Random(random().nextLong()));
    }

    public void testNdcgByHand() {
        TrainingExample lesson = new TrainingExample(new float[][] { { 1 }, { 3 }, { 2 }, { 2 } }, new int[] { 2, 3 });
        double ideal = 1 + Math.log(2) / Math.log(3);
        assertEquals("second and third, the first of equals first", (Math.log(2) / Math.log(3) + 0.5) / ideal, lesson.ndcg(new double[] { 1 }), 1e-12);
        assertEquals("third and fourth but for the first", (Math.log(2) / Math.log(3) + 0.5) / ideal, lesson.ndcg(new double[] { -1 }), 1e-12);
    }

    public void testWhatIsBetterIsAccepted() {
        List<TrainingExample> all = lessons();
        FusionLearner.Learned learned = UNLIKE_THEM.learn(all.subList(0, 600), all.subList(600, 800), ProgressListener.NONE);
        assertTrue(learned.accepted());
        assertTrue(learned.after() > learned.before());
        assertTrue(learned.gained().low() <= learned.after() - learned.before() && learned.after() - learned.before() <= learned.gained().high());
        assertTrue(Arrays.toString(learned.weights()), learned.weights()[2] > learned.weights()[1] && learned.weights()[0] > learned.weights()[1]);
    }

    public void testChecksAreLearnedOfInTheEnd() {
        List<TrainingExample> all = lessons();
        FusionLearner.Learned one = UNLIKE_THEM.learn(all.subList(0, 400), all.subList(400, 600), ProgressListener.NONE);
        FusionLearner.Learned other = UNLIKE_THEM.learn(all.subList(0, 400), all.subList(600, 800), ProgressListener.NONE);
        assertTrue(one.accepted() && other.accepted());
        assertEquals("chosen without the checks", one.penalty(), other.penalty(), 0);
        assertFalse(Arrays.equals(one.weights(), other.weights()));
    }

    public void testWhatIsNotBetterIsNot() {
        Random random = new Random(random().nextLong());
        double[] truth = { 3, 1, 2 };
        List<TrainingExample> lessons = ConditionalLogitTests.lessons(truth, 200, random);
        // These people want the contrary: whatever was learned, they are served better by what was there.
        List<TrainingExample> checks = ConditionalLogitTests.lessons(new double[] { -3, -1, -2 }, 200, random);
        double[] defaults = { -1, 0, 0 };
        FusionLearner.Learned learned = new FusionLearner(defaults, FREE).learn(lessons, checks, ProgressListener.NONE);
        assertFalse(learned.accepted());
        assertArrayEquals(defaults, learned.weights(), 0);
    }

    public void testTooFewLessons() {
        double[] defaults = { 1, 2, 0 };
        List<TrainingExample> few = ConditionalLogitTests.lessons(defaults, FusionLearner.LEAST_LESSONS - 1, new Random(1));
        for (List<TrainingExample> lessons : List.of(few, List.<TrainingExample>of())) {
            FusionLearner.Learned learned = new FusionLearner(defaults, FREE).learn(lessons, few, ProgressListener.NONE);
            assertFalse(learned.accepted());
            assertArrayEquals(defaults, learned.weights(), 0);
            assertEquals(learned.before(), learned.after(), 0);
        }
        FusionLearner.Learned unchecked = new FusionLearner(defaults, FREE).learn(ConditionalLogitTests.lessons(defaults, 100, new Random(1)), List.of(), ProgressListener.NONE);
        assertFalse(unchecked.accepted());
    }
}
