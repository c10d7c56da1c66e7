package org.opensearch.affinity.model;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.learn.Factors;
import org.opensearch.affinity.learn.FoldIn;
import org.opensearch.affinity.learn.InteractionMatrices;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.WeightedHistory;
import org.opensearch.affinity.learn.cluster.SegmentLayers;
import org.opensearch.affinity.learn.cluster.SegmentTree;
import org.opensearch.affinity.learn.factor.ImplicitFactors;
import org.opensearch.affinity.learn.layer.AttentionLayers;
import org.opensearch.affinity.learn.layer.NamedArray;
import org.opensearch.affinity.learn.layer.VaeLayers;
import org.opensearch.common.io.stream.BytesStreamOutput;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.test.OpenSearchTestCase;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

public class PartEncoderTests extends OpenSearchTestCase {
    public void testWeightedSumByHand() {
        PartEncoder encoder = new PartEncoder(2, 0.5f, 1, null, new float[][] { { 1, 0, 2 }, { 0, 1, 1 } }, null);
        // The second newest item of the history is unknown.
        PartEncoder.Known known = new PartEncoder.Known(new float[][] { { 1, 2 }, { 4, 0 } }, new int[] { 0, 2 }, new int[2], new int[2]);
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
        PartEncoder.Known known = new PartEncoder.Known(inputs, new int[] { 0, 1, 2 }, new int[3], new int[3]);
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
        PartEncoder encoder = new PartEncoder(3, 1, 2, null, new float[0][], new VaeLayers(1, weights));
        BytesStreamOutput out = new BytesStreamOutput();
        encoder.writeTo(out);
        PartEncoder read = new PartEncoder(out.bytes().streamInput());
        PartEncoder.Known known = new PartEncoder.Known(new float[][] { { 1, 2, 9 }, { 4, 0, 9 } }, new int[] { 0, 3 }, new int[2], new int[2]);
        double activation = Math.tanh(0.5 * 7 / Math.sqrt(2) + 1);
        assertArrayEquals(new float[] { (float) (6 * activation + 3), (float) (6 * activation + 3), 1 }, read.vector(known), 1e-5f);
        double[] contributions = read.contributions(known).to(new float[] { 1, 0, 0 });
        assertEquals(read.vector(known)[0], contributions[0] + contributions[1], 1e-5);
        assertEquals("without actions", 2, readableFrom(out.bytes().streamInput()));
    }

    /** Readers of format 2 know no weights of actions. */
    public void testActionsAreWritten() throws IOException {
        int[][] shapes = { { 3, 1 }, { 4, 4 }, { 4 }, { 4 }, { 12, 4 }, { 12 }, { 4, 4 }, { 4 }, { 4 }, { 4 }, { 8, 4 }, { 8 }, { 4, 8 }, { 4 }, { 4 }, { 4 } };
        List<NamedArray> weights = new ArrayList<>();
        for (int[] shape : shapes) {
            weights.add(NamedArray.random("weight" + weights.size(), 1, new SplittableRandom(weights.size()), shape));
        }
        for (boolean readsActions : new boolean[] { false, true }) {
            if (readsActions) {
                weights.add(new NamedArray(AttentionLayers.ACTION + "click", new int[] { 4 }, new float[] { 3, -1, 0, 5 }));
            }
            PartEncoder encoder = new PartEncoder(4, 1, 2, null, new float[0][], new AttentionLayers(1, 2.5, weights));
            BytesStreamOutput out = new BytesStreamOutput();
            encoder.writeTo(out);
            PartEncoder read = new PartEncoder(out.bytes().streamInput());
            assertEquals(readsActions ? 1 : 0, read.action("click"));
            assertEquals(0, read.action("purchase"));
            assertEquals(readsActions ? 3 : 2, readableFrom(out.bytes().streamInput()));
            float[][] inputs = { { 1, 2, 0, 1 }, { 4, 0, 1, 1 } };
            float[] clicked = read.vector(new PartEncoder.Known(inputs, new int[] { 0, 3 }, new int[2], new int[] { read.action("click"), 0 }));
            float[] unknown = read.vector(new PartEncoder.Known(inputs, new int[] { 0, 3 }, new int[2], new int[2]));
            assertEquals(readsActions == false, Arrays.equals(clicked, unknown));
        }
    }

    /** Readers of format 3 know no concepts. */
    public void testConceptsAreWritten() throws IOException {
        int[][] shapes = { { 3, 2 }, { 3 }, { 2, 3 }, { 2 }, { 2, 3 }, { 2 }, { 1 }, { 2, 2 } };
        List<NamedArray> weights = new ArrayList<>();
        for (int[] shape : shapes) {
            weights.add(NamedArray.random("weight" + weights.size(), 1, new SplittableRandom(weights.size()), shape));
        }
        PartEncoder encoder = new PartEncoder(7, 1, 2, null, new float[0][], new VaeLayers(2, weights));
        BytesStreamOutput out = new BytesStreamOutput();
        encoder.writeTo(out);
        PartEncoder read = new PartEncoder(out.bytes().streamInput());
        assertEquals(2, read.concepts());
        assertEquals(4, readableFrom(out.bytes().streamInput()));
        float[][] inputs = { { 7, 1, 2, 0.5f, 0.9f, 0.1f, 3 }, { 3, -1, 1, 2, 0.4f, 0.6f, -1 } };
        PartEncoder.Known known = new PartEncoder.Known(inputs, new int[] { 0, 1 }, new int[2], new int[2]);
        assertArrayEquals(encoder.vector(known), read.vector(known), 0);
        float weight = weights.get(6).values()[0];
        assertEquals(weight * Math.log(1.3 / 2 + 0.02), read.vector(known)[4], 1e-5);
        assertEquals(weight * Math.log(0.7 / 2 + 0.02), read.vector(known)[5], 1e-5);
        float[][] estimated = { { 7, 1, 2, 0.5f, 0.9f, -0.4f, 3 } };
        float[] user = read.vector(new PartEncoder.Known(estimated, new int[] { 0 }, new int[1], new int[1]));
        assertEquals("a share below 0 is none", weight * Math.log(0.02), user[5], 1e-5);
    }

    /** Readers of format 4 know no segments. */
    public void testSegmentsAreWritten() throws IOException {
        SegmentTree tree = new SegmentTree(List.of(
            new SegmentTree.Group(SegmentTree.EVERYONE, 1, new float[] { 1, 0 }, -1),
            new SegmentTree.Group(SegmentTree.EVERYONE, 1, new float[] { 0, 1 }, 0.5f),
            new SegmentTree.Group(1, 2, new float[] { 0, 1 }, -1)
        ), 0.1);
        PartEncoder encoder = new PartEncoder(6, 1, 2, null, new float[0][], new SegmentLayers(tree, 2, 9, new int[] { 12, 7, 3, 3 }));
        BytesStreamOutput out = new BytesStreamOutput();
        encoder.writeTo(out);
        PartEncoder read = new PartEncoder(out.bytes().streamInput());
        assertEquals(5, readableFrom(out.bytes().streamInput()));
        assertArrayEquals(new int[] { 12, 7, 3, 3 }, read.segments().users());
        PartEncoder.Known far = new PartEncoder.Known(new float[][] { { 4, 0, 9, 9, 9, 9 } }, new int[] { 0 }, new int[1], new int[1]);
        assertArrayEquals("the second group is too far", new float[] { 0, 0, 0, 1, 0, 0 }, read.vector(far), 1e-6f);
        PartEncoder.Known known = new PartEncoder.Known(new float[][] { { 4, 0, 9, 9, 9, 9 }, { 0, 4, 9, 9, 9, 9 } }, new int[] { 0, 1 }, new int[2], new int[2]);
        assertArrayEquals("what is in the second group is in its child", new float[] { 0, 0, 0, 0.5f, 0, 0.5f }, read.vector(known), 1e-6f);
        assertArrayEquals(encoder.vector(known), read.vector(known), 0);
        PartEncoder large = new PartEncoder(6, 1, 2, null, new float[0][], new SegmentLayers(tree, 2, 9, new int[] { 90, 60, 30, 19 }));
        assertArrayEquals(new float[] { 0, 0, 0, 1, 0, 0 }, large.ofSegment(1), 0);
        assertArrayEquals("a segment of fewer than 20 counts as the one above", new float[] { 0, 0, 0, 0, 1, 0 }, large.ofSegment(3), 0);
        assertNull(large.ofSegment(4));
        assertNull("nobody may be recognised", encoder.ofSegment(1));
    }

    /** Readers of format 4 would take estimates of any length; this one reads theirs as they were meant. */
    public void testUnitEstimates() throws IOException {
        int[][] shapes = { { 3, 1 }, { 4, 4 }, { 4 }, { 4 }, { 12, 4 }, { 12 }, { 4, 4 }, { 4 }, { 4 }, { 4 }, { 8, 4 }, { 8 }, { 4, 8 }, { 4 }, { 4 }, { 4 } };
        List<NamedArray> weights = new ArrayList<>();
        for (int[] shape : shapes) {
            weights.add(NamedArray.random("weight" + weights.size(), 1, new SplittableRandom(weights.size()), shape));
        }
        float[][] content = { { 3, 0 }, { 0, 4 }, { 0, 0 }, { 0, 0 } };
        PartEncoder encoder = new PartEncoder(4, 1, 2, null, content, new AttentionLayers(1, 2.5, weights));
        assertArrayEquals(new float[] { 0.6f, 0.8f, 0, 0 }, encoder.estimate(new float[] { 1, 1 }), 1e-6f);
        BytesStreamOutput out = new BytesStreamOutput();
        encoder.writeTo(out);
        assertEquals(5, readableFrom(out.bytes().streamInput()));
        assertTrue(new PartEncoder(out.bytes().streamInput()).unitEstimates());
        PartEncoder earlier = new PartEncoder(4, 1, 2, null, content, new AttentionLayers(1, 2.5, weights), false);
        assertArrayEquals(new float[] { 3, 4, 0, 0 }, earlier.estimate(new float[] { 1, 1 }), 0);
    }

    private static int readableFrom(StreamInput in) throws IOException {
        assertEquals("the format", 5, in.readVInt());
        return in.readVInt();
    }
}
