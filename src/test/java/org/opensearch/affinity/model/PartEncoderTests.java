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
import org.opensearch.affinity.learn.layer.NamedArray;
import org.opensearch.affinity.learn.layer.VaeLayers;
import org.opensearch.common.io.stream.BytesStreamOutput;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.test.OpenSearchTestCase;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;

public class PartEncoderTests extends OpenSearchTestCase {
    public void testWeightedSumByHand() {
        PartEncoder encoder = new PartEncoder(2, 0.5f, 1, null, new float[][] { { 1, 0, 2 }, { 0, 1, 1 } }, null);
        // The second newest item of the history is unknown.
        PartEncoder.Known known = new PartEncoder.Known(new float[][] { { 1, 2 }, { 4, 0 } }, new int[] { 0, 2 }, new int[2]);
        float[] user = encoder.vector(known);
        assertArrayEquals(new float[] { 2, 2 }, user, 0);
        assertArrayEquals(new float[] { 2, 2, 6 }, encoder.contentVector(user), 0);
        assertArrayEquals("1 · 1 + 2 · 3, and a quarter of 4 · 1", new double[] { 7, 1 }, encoder.contributions(known).to(new float[] { 1, 3 }), 0);
        assertArrayEquals(new float[] { 5, 1 }, encoder.estimate(new float[] { 1, -1, 2 }), 0);
        assertNull(encoder.estimate(new float[2]));
        PartEncoder withoutContent = new PartEncoder(2, 0.5f, 1, null, new float[0][], null);
        assertEquals(0, withoutContent.contentVector(user).length);
    }

    /** What a node computes of the rows of a history is what was learned of the whole catalogue. */
    public void testSolveIsThatOfTheLearnedModel() {
        InteractionMatrix interactions = InteractionMatrices.twoGroups(80, 20, random());
        ImplicitFactors method = new ImplicitFactors(4, 6, 0.2, 0.05, 1, 0.8, 7);
        Factors factors = method.learn(interactions, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
        FoldIn learned = (FoldIn) factors.encoder();
        PartEncoder.Solve solve = new PartEncoder.Solve(learned.base(), learned.regularisation(), factors.items());
        PartEncoder encoder = new PartEncoder(4, (float) learned.recencyDecay(), 1, solve, new float[0][], null);
        float[] expected = learned.vector(WeightedHistory.of(3, 7, 1));
        float[][] inputs = { factors.vector(3), factors.vector(7), factors.vector(1) };
        PartEncoder.Known known = new PartEncoder.Known(inputs, new int[] { 0, 1, 2 }, new int[3]);
        float[] user = encoder.vector(known);
        assertArrayEquals(expected, user, 1e-5f);
        double sum = Arrays.stream(encoder.contributions(known).to(factors.vector(9))).sum();
        assertEquals("contributions add up to the score", VectorUtil.dotProduct(user, factors.vector(9)), sum, 1e-5);
    }

    /** Readers of format 1 would sum the rows that a network reads: they must not read it. */
    public void testNetworksAreWritten() throws IOException {
        List<NamedArray> weights = List.of(
            NamedArray.filled("hidden_weight", 0.5f, 3, 2),
            NamedArray.filled("hidden_bias", 1, 3),
            NamedArray.filled("mean_weight", 2, 2, 3),
            NamedArray.filled("mean_bias", 3, 2)
        );
        PartEncoder encoder = new PartEncoder(3, 1, 2, null, new float[0][], new VaeLayers(weights));
        BytesStreamOutput out = new BytesStreamOutput();
        encoder.writeTo(out);
        PartEncoder read = new PartEncoder(out.bytes().streamInput());
        PartEncoder.Known known = new PartEncoder.Known(new float[][] { { 1, 2, 9 }, { 4, 0, 9 } }, new int[] { 0, 3 }, new int[2]);
        double activation = Math.tanh(0.5 * 7 / Math.sqrt(2) + 1);
        assertArrayEquals(new float[] { (float) (6 * activation + 3), (float) (6 * activation + 3), 1 }, read.vector(known), 1e-5f);
        double[] contributions = read.contributions(known).to(new float[] { 1, 0, 0 });
        assertEquals(read.vector(known)[0], contributions[0] + contributions[1], 1e-5);
        StreamInput in = out.bytes().streamInput();
        assertEquals("the format", 2, in.readVInt());
        assertEquals("and the lowest that reads it", 2, in.readVInt());
    }
}
