package org.opensearch.affinity.train;

import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.test.OpenSearchTestCase;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

public class ConditionalLogitTests extends OpenSearchTestCase {
    private static final double FREE = Double.NEGATIVE_INFINITY;

    /** Two hits that differ by 1 in one value: with weight w the first one is chosen e^w / (1 + e^w) of the time. */
    public void testByHand() {
        List<TrainingExample> lessons = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            lessons.add(new TrainingExample(new float[][] { { 1 }, { 0 } }, new int[] { i % 4 == 0 ? 1 : 0 }));
        }
        double[] weights = new ConditionalLogit(lessons, new double[] { 0 }, new double[] { FREE }, 1e-9).weights(ProgressListener.NONE);
        assertEquals("three of four, so odds of 3", Math.log(3), weights[0], 1e-6);
        assertEquals(-0.75 * Math.log(0.75) - 0.25 * Math.log(0.25), ConditionalLogit.loss(lessons, weights), 1e-9);
        double[] held = new ConditionalLogit(lessons, new double[] { 2 }, new double[] { FREE }, 1e9).weights(ProgressListener.NONE);
        assertEquals("a heavy penalty leaves what was there", 2, held[0], 1e-3);
    }

    public void testWeightsThatMadeTheChoicesAreFound() {
        Random random = new Random(random().nextLong());
        double[] truth = { 2, -1.5, 0, 0.5 };
        List<TrainingExample> lessons = lessons(truth, 3_000, random);
        double[] weights = new ConditionalLogit(lessons, new double[4], new double[] { FREE, FREE, FREE, FREE }, 1e-3).weights(ProgressListener.NONE);
        for (int i = 0; i < truth.length; i++) {
            assertEquals(truth[i], weights[i], 0.3);
        }
        double[] bounded = new ConditionalLogit(lessons, new double[4], new double[4], 1e-3).weights(ProgressListener.NONE);
        assertEquals("held at its least value", 0, bounded[1], 0);
        assertTrue(bounded[0] > 1);
    }

    /** People who choose by a weighted sum and chance, of twenty hits. */
    static List<TrainingExample> lessons(double[] truth, int count, Random random) {
        List<TrainingExample> lessons = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            float[][] values = new float[20][truth.length];
            int best = 0;
            double most = Double.NEGATIVE_INFINITY;
            for (int hit = 0; hit < values.length; hit++) {
                // Who adds Gumbel noise and takes the best chooses as the model says.
                double score = -Math.log(-Math.log(1 - random.nextDouble()));
                for (int k = 0; k < truth.length; k++) {
                    values[hit][k] = random.nextFloat();
                    score += truth[k] * values[hit][k];
                }
                if (score > most) {
                    most = score;
                    best = hit;
                }
            }
            lessons.add(new TrainingExample(values, new int[] { best }));
        }
        return lessons;
    }

    public void testValuesThatNeverDifferSayNothing() {
        List<TrainingExample> lessons = List.of(new TrainingExample(new float[][] { { 1, 5 }, { 0, 5 } }, new int[] { 0 }));
        double[] weights = new ConditionalLogit(lessons, new double[] { 0, 3 }, new double[] { FREE, FREE }, 1).weights(ProgressListener.NONE);
        assertTrue(weights[0] > 0 && Double.isFinite(weights[0]));
        assertEquals(3, weights[1], 1e-9);
        assertArrayEquals(new double[] { 7 }, new ConditionalLogit(List.of(), new double[] { 7 }, new double[] { 0 }, 1).weights(ProgressListener.NONE), 0);
    }

    /** The mean of many equal values is not exactly that value: what is left of it must not be taken for something to learn from. */
    public void testRoundingSaysNothing() {
        float constant = (float) Math.log(2);
        List<TrainingExample> lessons = new ArrayList<>();
        for (TrainingExample lesson : lessons(new double[] { 2 }, 200, new Random(random().nextLong()))) {
            float[][] values = new float[lesson.values().length][];
            for (int hit = 0; hit < values.length; hit++) {
                values[hit] = new float[] { lesson.values()[hit][0], constant, hit % 2 == 0 ? constant : Math.nextUp(constant) };
            }
            lessons.add(new TrainingExample(values, lesson.chosen()));
        }
        double[] prior = { 0, 1, 3 };
        double[] weights = new ConditionalLogit(lessons, prior, new double[] { 0, 0, 0 }, 0.1).weights(ProgressListener.NONE);
        assertEquals(2, weights[0], 1);
        assertEquals(1, weights[1], 1e-3);
        assertEquals(3, weights[2], 1e-3);
    }
}
