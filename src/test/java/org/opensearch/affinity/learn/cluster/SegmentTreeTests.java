package org.opensearch.affinity.learn.cluster;

import org.opensearch.affinity.learn.cluster.SegmentTree.Group;
import org.opensearch.test.OpenSearchTestCase;

import java.util.List;

public class SegmentTreeTests extends OpenSearchTestCase {
    private static final SegmentTree TREE = new SegmentTree(List.of(
        new Group(SegmentTree.EVERYONE, 1, new float[] { 1, 0 }, -1),
        new Group(SegmentTree.EVERYONE, 1, new float[] { 0, 1 }, -1),
        new Group(1, 2, new float[] { 0.6f, 0.8f }, 0.9f),
        new Group(1, 2, new float[] { -0.6f, 0.8f }, 0.9f)
    ), 0.5);

    /** e^(.8/.5) and e^(.6/.5) share 1; only the third group is near enough in the second. */
    public void testProbabilities() {
        float[] probabilities = TREE.probabilities(new float[] { 0.6f, 0.8f });
        double second = 1 / (1 + Math.exp(-0.2 / 0.5));
        assertEquals(1 - second, probabilities[0], 1e-6);
        assertEquals(second, probabilities[1], 1e-6);
        assertEquals(second, probabilities[2], 1e-6);
        assertEquals(0, probabilities[3], 0);
    }

    /** A vector outside of all groups of a parent belongs to the parent alone. */
    public void testOutlier() {
        float[] vector = { 0, 1 };
        assertArrayEquals(new int[] { 1 }, TREE.path(vector));
        float[] probabilities = TREE.probabilities(vector);
        assertTrue(probabilities[1] > probabilities[0]);
        assertEquals(0, probabilities[2] + probabilities[3], 0);
    }

    /** Whatever the temperature, somebody belongs to groups that have no radius. */
    public void testLowTemperature() {
        float[] probabilities = TREE.withTemperature(0.001).probabilities(new float[] { -0.8f, -0.6f });
        assertEquals(1, probabilities[1], 1e-6);
        assertEquals(0, probabilities[0], 1e-6);
    }

    public void testPath() {
        assertEquals(2, TREE.levels());
        assertArrayEquals(new int[] { 0 }, TREE.path(new float[] { 1, 0 }));
        assertArrayEquals(new int[] { 1, 2 }, TREE.path(new float[] { 0.6f, 0.8f }));
        assertArrayEquals(new int[] { 1, 3 }, TREE.path(new float[] { -0.6f, 0.8f }));
        SegmentTree none = new SegmentTree(List.of(), 1);
        assertEquals(0, none.levels());
        assertEquals(0, none.path(new float[] { 1, 0 }).length);
        assertEquals(0, none.probabilities(new float[] { 1, 0 }).length);
    }

    public void testOrder() {
        Group first = TREE.groups().get(0);
        Group child = TREE.groups().get(2);
        expectThrows(IllegalArgumentException.class, () -> new SegmentTree(List.of(child, first), 1));
        expectThrows(IllegalArgumentException.class, () -> new SegmentTree(List.of(first, new Group(0, 2, new float[] { 1, 0 }, -1), first), 1));
    }
}
