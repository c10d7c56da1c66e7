package org.opensearch.affinity.train.fusion;

import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.test.OpenSearchTestCase;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

public class ConditionalLogitTests extends OpenSearchTestCase {
    private static final double FREE = Double.NEGATIVE_INFINITY;

    /** Two hits differ by 1 in one value: with weight w, the probability of the first one is e^w / (1 + e^w). */
    public void testByHand() {
        List<TrainingExample> examples = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            examples.add(new TrainingExample(new float[][] { { 1 }, { 0 } }, new int[] { i % 4 == 0 ? 1 : 0 }));
        }
        double[] weights = new ConditionalLogit(examples, new double[] { 0 }, new double[] { FREE }, 1e-9).weights(ProgressListener.NONE);
        assertEquals("three of four are the first hit: odds of 3", Math.log(3), weights[0], 1e-6);
        assertEquals(-0.75 * Math.log(0.75) - 0.25 * Math.log(0.25), ConditionalLogit.loss(examples, weights), 1e-9);
        double[] penalised = new ConditionalLogit(examples, new double[] { 2 }, new double[] { FREE }, 1e9).weights(ProgressListener.NONE);
        assertEquals("a large penalty keeps the prior", 2, penalised[0], 1e-3);
    }

    public void testFindsTheWeightsOfTheChoices() {
        Random random = new Random(random().nextLong());
        double[] truth = { 2, -1.5, 0, 0.5 };
        List<TrainingExample> examples = examples(truth, 3_000, random);
        double[] weights = new ConditionalLogit(
            examples,
            new double[4],
            new double[] { FREE, FREE, FREE, FREE },
            1e-3
        ).weights(ProgressListener.NONE);
        for (int i = 0; i < truth.length; i++) {
            assertEquals(truth[i], weights[i], 0.3);
        }
        double[] bounded = new ConditionalLogit(examples, new double[4], new double[4], 1e-3).weights(ProgressListener.NONE);
        assertEquals("fixed at the lower bound", 0, bounded[1], 0);
        assertTrue(bounded[0] > 1);
    }

    /** Returns examples of twenty hits, one of which is chosen by the model with the true weights. */
    static List<TrainingExample> examples(double[] truth, int count, Random random) {
        List<TrainingExample> examples = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            float[][] values = new float[20][truth.length];
            int best = 0;
            double most = Double.NEGATIVE_INFINITY;
            for (int hit = 0; hit < values.length; hit++) {
                // The hit with the largest score plus Gumbel noise has the distribution of the model.
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
            examples.add(new TrainingExample(values, new int[] { best }));
        }
        return examples;
    }

    public void testConstantValuesKeepThePrior() {
        List<TrainingExample> examples = List.of(new TrainingExample(new float[][] { { 1, 5 }, { 0, 5 } }, new int[] { 0 }));
        double[] weights = new ConditionalLogit(
            examples,
            new double[] { 0, 3 },
            new double[] { FREE, FREE },
            1
        ).weights(ProgressListener.NONE);
        assertTrue(weights[0] > 0 && Double.isFinite(weights[0]));
        assertEquals(3, weights[1], 1e-9);
        assertArrayEquals(
            new double[] { 7 },
            new ConditionalLogit(List.of(), new double[] { 7 }, new double[] { 0 }, 1).weights(ProgressListener.NONE),
            0
        );
    }

    /** The mean of many equal values is not exactly that value. The rounding error must not be learned from. */
    public void testRoundingErrorsKeepThePrior() {
        float constant = (float) Math.log(2);
        List<TrainingExample> examples = new ArrayList<>();
        for (TrainingExample example : examples(new double[] { 2 }, 200, new Random(random().nextLong()))) {
            float[][] values = new float[example.values().length][];
            for (int hit = 0; hit < values.length; hit++) {
                values[hit] = new float[] { example.values()[hit][0], constant, hit % 2 == 0 ? constant : Math.nextUp(constant) };
            }
            examples.add(new TrainingExample(values, example.chosen()));
        }
        double[] prior = { 0, 1, 3 };
        double[] weights = new ConditionalLogit(examples, prior, new double[] { 0, 0, 0 }, 0.1).weights(ProgressListener.NONE);
        assertEquals(2, weights[0], 1);
        assertEquals(1, weights[1], 1e-3);
        assertEquals(3, weights[2], 1e-3);
    }
}
