package org.opensearch.affinity.model;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.learn.Factors;
import org.opensearch.affinity.learn.FoldIn;
import org.opensearch.affinity.learn.InteractionMatrices;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.WeightedHistory;
import org.opensearch.affinity.learn.factor.ImplicitFactors;
import org.opensearch.test.OpenSearchTestCase;

import java.util.Arrays;

public class PartEncoderTests extends OpenSearchTestCase {
    public void testWeightedSumByHand() {
        PartEncoder encoder = new PartEncoder(2, 0.5f, 1, null, new float[][] { { 1, 0, 2 }, { 0, 1, 1 } });
        // The second newest item of the history is unknown.
        PartEncoder.Known known = new PartEncoder.Known(new float[][] { { 1, 2 }, { 4, 0 } }, new int[] { 0, 2 });
        float[] user = encoder.vector(known);
        assertArrayEquals(new float[] { 2, 2 }, user, 0);
        assertArrayEquals(new float[] { 2, 2, 6 }, encoder.contentVector(user), 0);
        assertArrayEquals("1 · 1 + 2 · 3, and a quarter of 4 · 1", new double[] { 7, 1 }, encoder.contributions(known, new float[] { 1, 3 }), 0);
        assertArrayEquals(new float[] { 5, 1 }, encoder.estimate(new float[] { 1, -1, 2 }), 0);
        assertNull(encoder.estimate(new float[2]));
        PartEncoder withoutContent = new PartEncoder(2, 0.5f, 1, null, new float[0][]);
        assertEquals(0, withoutContent.contentVector(user).length);
    }

    /** What a node computes of the rows of a history is what was learned of the whole catalogue. */
    public void testSolveIsThatOfTheLearnedModel() {
        InteractionMatrix interactions = InteractionMatrices.twoGroups(80, 20, random());
        ImplicitFactors method = new ImplicitFactors(4, 6, 0.2, 0.05, 1, 0.8, 7);
        Factors factors = method.learn(interactions, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
        FoldIn learned = (FoldIn) factors.encoder();
        PartEncoder.Solve solve = new PartEncoder.Solve(learned.base(), learned.regularisation(), factors.items());
        PartEncoder encoder = new PartEncoder(4, (float) learned.recencyDecay(), 1, solve, new float[0][]);
        float[] expected = learned.vector(WeightedHistory.of(3, 7, 1));
        float[][] inputs = { factors.vector(3), factors.vector(7), factors.vector(1) };
        PartEncoder.Known known = new PartEncoder.Known(inputs, new int[] { 0, 1, 2 });
        float[] user = encoder.vector(known);
        assertArrayEquals(expected, user, 1e-5f);
        double sum = Arrays.stream(encoder.contributions(known, factors.vector(9))).sum();
        assertEquals("contributions add up to the score", VectorUtil.dotProduct(user, factors.vector(9)), sum, 1e-5);
    }
}
