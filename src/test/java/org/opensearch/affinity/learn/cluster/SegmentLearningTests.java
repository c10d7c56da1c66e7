package org.opensearch.affinity.learn.cluster;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.test.OpenSearchTestCase;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CancellationException;

public class SegmentLearningTests extends OpenSearchTestCase {
    private static final int BIG = 3;
    private static final int SMALL = 4;
    private static final int DIMENSION = BIG + BIG * SMALL;

    /** Vectors of big groups, each with small groups within. */
    private static float[] planted(int i, double noise) {
        float[] vector = new float[DIMENSION];
        Random random = new Random(i);
        int big = i % BIG;
        vector[big] = 2;
        vector[BIG + big * SMALL + i / BIG % SMALL] = 1;
        for (int d = 0; d < DIMENSION; d++) {
            vector[d] += (float) (noise * random.nextGaussian());
        }
        return VectorUtil.l2normalize(vector);
    }

    private static SegmentLearning learning(boolean density) {
        return new SegmentLearning(3, List.of(2, BIG, SMALL, 6), 20, density, 0.1, random().nextLong());
    }

    /** Both levels are found, and their numbers; groups without groups within are not divided. */
    public void testNestedGroups() {
        int count = between(600, 2_000);
        SegmentTree tree = learning(false).learn(count, i -> i % 50 == 49 ? null : planted(i, 0.1), ParallelFor.SEQUENTIAL, ProgressListener.NONE);
        assertEquals(BIG, tree.groups().stream().filter(group -> group.level() == 1).count());
        assertEquals(BIG * SMALL, tree.groups().stream().filter(group -> group.level() == 2).count());
        Set<List<Integer>> paths = new HashSet<>();
        for (int i = 0; i < BIG * SMALL; i++) {
            int[] path = tree.path(planted(i, 0));
            paths.add(List.of(path[0], path[1]));
            assertArrayEquals(Arrays.copyOf(path, 2), Arrays.copyOf(tree.path(planted(i + BIG * SMALL, 0.1)), 2));
            assertEquals(1, VectorUtil.dotProduct(tree.groups().get(path[1]).centre(), planted(i, 0)), 0.02);
        }
        assertEquals(BIG * SMALL, paths.size());
    }

    /** What lies between groups belongs to none. */
    public void testDensityLeavesOutliers() {
        int count = between(600, 1_000);
        SegmentTree tree = learning(true).learn(count, i -> {
            return i % 5 == 0 ? planted(i, 3) : planted(i, 0.05);
        }, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
        int grouped = 0;
        int outliers = 0;
        for (int i = count; i < count + 100; i++) {
            grouped += tree.path(planted(i, 0.05)).length > 0 ? 1 : 0;
            outliers += tree.path(planted(i, 3)).length == 0 ? 1 : 0;
        }
        assertTrue("[" + grouped + "] of 100", grouped > 70);
        assertTrue("[" + outliers + "] of 100", outliers > 70);
    }

    /** The same whatever the number of threads; the seed decides. */
    public void testSeed() {
        SegmentLearning learning = learning(randomBoolean());
        SegmentTree one = learning.learn(700, i -> planted(i, 0.3), ParallelFor.SEQUENTIAL, ProgressListener.NONE);
        SegmentTree other = learning.learn(700, i -> planted(i, 0.3), ParallelFor.SEQUENTIAL, ProgressListener.NONE);
        assertEquals(one.groups().size(), other.groups().size());
        for (int group = 0; group < one.groups().size(); group++) {
            assertArrayEquals(one.groups().get(group).centre(), other.groups().get(group).centre(), 0);
        }
    }

    public void testNothingToFind() {
        assertEquals(0, learning(randomBoolean()).learn(0, i -> null, ParallelFor.SEQUENTIAL, ProgressListener.NONE).levels());
        assertEquals(0, learning(randomBoolean()).learn(30, i -> planted(i, 0.1), ParallelFor.SEQUENTIAL, ProgressListener.NONE).levels());
        assertEquals(0, learning(randomBoolean()).learn(200, i -> planted(0, 0), ParallelFor.SEQUENTIAL, ProgressListener.NONE).levels());
    }

    public void testCancel() {
        expectThrows(CancellationException.class, () -> learning(false).learn(500, i -> planted(i, 0.1), ParallelFor.SEQUENTIAL, part -> {
            if (part > 0.3) {
                throw new CancellationException();
            }
        }));
    }

    /** Two pairs of equal vectors at right angles are as separate as can be; one of each in both groups is the contrary. */
    public void testSilhouette() {
        float[][] vectors = { { 1, 0 }, { 1, 0 }, { 0, 1 }, { 0, 1 } };
        assertEquals(1, Silhouette.of(vectors, new int[] { 0, 0, 1, 1 }), 1e-9);
        assertEquals(-0.5, Silhouette.of(vectors, new int[] { 0, 1, 0, 1 }), 1e-9);
        assertEquals(0, Silhouette.of(vectors, new int[] { 0, 0, 0, 0 }), 1e-9);
        assertEquals(1, Silhouette.of(new float[][] { { 1, 0 }, { 1, 0 }, { 0, 1 }, { 0, 1 }, { -1, 0 } }, new int[] { 0, 0, 1, 1, -1 }), 1e-9);
    }
}
