package org.opensearch.affinity.learn.neighbour;

import org.apache.lucene.util.VectorUtil;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.opensearch.affinity.learn.Neighbours;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.RowMatrix;
import org.opensearch.test.OpenSearchTestCase;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

public class ContentMapTests extends OpenSearchTestCase {
    private static final int ITEMS = 300;
    private static final int GROUPS = 4;
    private static final int DIMENSION = 12;

    /** Contents of one group are similar. */
    private static float[] content(int number) {
        float[] vector = new float[DIMENSION];
        for (int d = 0; d < DIMENSION; d++) {
            vector[d] = (float) (0.2 * random().nextGaussian()) + (d == number % GROUPS ? 1 : 0);
        }
        return VectorUtil.l2normalize(vector);
    }

    private static float[][] contents() {
        float[][] contents = new float[ITEMS][];
        for (int item = 0; item < ITEMS; item++) {
            contents[item] = content(item);
        }
        return contents;
    }

    /** The neighbours of an item are items of the next group. */
    private static Neighbours neighbours(int items) {
        int[][] ordinals = new int[items][10];
        float[][] similarities = new float[items][10];
        for (int item = 0; item < items; item++) {
            int first = random().nextInt(items / GROUPS);
            for (int rank = 0; rank < 10; rank++) {
                ordinals[item][rank] = (item + 1 + GROUPS * (first + rank)) % items;
                similarities[item][rank] = 0.1f + random().nextFloat();
            }
        }
        return new Neighbours(ordinals, similarities, 1);
    }

    public void testEstimatesForNewItemsFollowTheirGroup() {
        ContentMap map = ContentMap.learn(neighbours(ITEMS), contents(), ParallelFor.SEQUENTIAL, ProgressListener.NONE);
        assertTrue("explained " + map.fit().explained(), map.fit().explained() > 0.05 && map.fit().explained() < 1);
        assertEquals(ITEMS, map.fit().items());
        float[] estimates = new float[GROUPS];
        for (int item = 0; item < ITEMS; item++) {
            float[] vector = map.vector(item);
            for (int group = 0; group < GROUPS; group++) {
                estimates[group] += VectorUtil.dotProduct(vector, content(item + 1 + group)) / ITEMS;
            }
        }
        // 10 of a group's 75 items are neighbours, with a similarity of 0.6 on average; the ridge shrinks the estimate.
        double mean = 0.6 * 10 / 75;
        assertTrue("estimated " + estimates[0], estimates[0] > mean / 2 && estimates[0] < mean);
        for (int group = 1; group < GROUPS; group++) {
            assertEquals(0, estimates[group], 0.02);
        }
    }

    public void testSolvesTheNormalEquations() {
        Neighbours neighbours = neighbours(ITEMS);
        float[][] contents = contents();
        contents[7] = null;
        ContentMap map = ContentMap.learn(neighbours, contents, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
        for (int item : new int[] { 0, 3, 7, 299 }) {
            assertArrayEquals(ridge(neighbours, contents, item, map.fit().ridge(), -1), map.vector(item), 1e-4f);
        }
    }

    public void testExplainedIsOneLessTheRelativeSquaredError() {
        Neighbours neighbours = neighbours(ITEMS);
        float[][] contents = contents();
        ContentMap map = ContentMap.learn(neighbours, contents, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
        double squares = 0;
        double errors = 0;
        for (int item = 0; item < ITEMS; item++) {
            float[] vector = ridge(neighbours, contents, item, map.fit().ridge(), 0);
            float[] similarities = similarities(neighbours, item);
            for (int other = 0; other < ITEMS; other += 5) {
                squares += Math.pow(similarities[other], 2);
                errors += Math.pow(similarities[other] - VectorUtil.dotProduct(vector, contents[other]), 2);
            }
        }
        assertEquals(1 - errors / squares, map.fit().explained(), 1e-4);
    }

    /** Solves with a general solver, without the item itself if leftOut is below 0, else without every fifth item from leftOut on. */
    private static float[] ridge(Neighbours neighbours, float[][] contents, int item, double ridge, int leftOut) {
        List<Integer> rows = new ArrayList<>();
        for (int other = 0; other < contents.length; other++) {
            if (contents[other] != null && (leftOut < 0 ? other != item : other % 5 != leftOut)) {
                rows.add(other);
            }
        }
        DMatrixRMaj t = new DMatrixRMaj(rows.size(), DIMENSION);
        DMatrixRMaj s = new DMatrixRMaj(rows.size(), 1);
        float[] similarities = similarities(neighbours, item);
        for (int row = 0; row < rows.size(); row++) {
            s.set(row, 0, similarities[rows.get(row)]);
            for (int d = 0; d < DIMENSION; d++) {
                t.set(row, d, contents[rows.get(row)][d]);
            }
        }
        DMatrixRMaj gram = new DMatrixRMaj(DIMENSION, DIMENSION);
        DMatrixRMaj right = new DMatrixRMaj(DIMENSION, 1);
        DMatrixRMaj solved = new DMatrixRMaj(DIMENSION, 1);
        CommonOps_DDRM.multTransA(t, t, gram);
        CommonOps_DDRM.multTransA(t, s, right);
        // λ is relative to the mean eigenvalue of all unit vectors, including the item's own.
        double lambda = ridge * (rows.size() + (leftOut < 0 && contents[item] != null ? 1 : 0)) / DIMENSION;
        for (int d = 0; d < DIMENSION; d++) {
            gram.add(d, d, lambda);
        }
        assertTrue(CommonOps_DDRM.solve(gram, right, solved));
        float[] vector = new float[DIMENSION];
        for (int d = 0; d < DIMENSION; d++) {
            vector[d] = (float) solved.get(d);
        }
        return vector;
    }

    /** Returns the item's similarities to all items, 0 for those that are no neighbours. */
    private static float[] similarities(Neighbours neighbours, int item) {
        float[] similarities = new float[neighbours.items()];
        for (int rank = 0; rank < neighbours.size(item); rank++) {
            similarities[neighbours.neighbour(item, rank)] = neighbours.similarity(item, rank);
        }
        return similarities;
    }

    public void testItemsWithoutNeighboursAreNotUsed() {
        Neighbours all = neighbours(ITEMS);
        int[][] ordinals = new int[ITEMS + 30][0];
        float[][] similarities = new float[ITEMS + 30][0];
        float[][] contents = new float[ITEMS + 30][];
        float[][] known = contents();
        for (int item = 0; item < ITEMS + 30; item++) {
            contents[item] = item < ITEMS ? known[item] : content(0);
        }
        for (int item = 0; item < ITEMS; item++) {
            ordinals[item] = new int[all.size(item)];
            similarities[item] = new float[all.size(item)];
            for (int rank = 0; rank < all.size(item); rank++) {
                ordinals[item][rank] = all.neighbour(item, rank);
                similarities[item][rank] = all.similarity(item, rank);
            }
        }
        ContentMap map = ContentMap.learn(
            new Neighbours(ordinals, similarities, 1),
            contents,
            ParallelFor.SEQUENTIAL,
            ProgressListener.NONE
        );
        assertEquals(ITEMS, map.fit().items());
        assertArrayEquals(ContentMap.learn(all, known, ParallelFor.SEQUENTIAL, ProgressListener.NONE).vector(5), map.vector(5), 1e-5f);
        assertEquals("no neighbours", 0, map.vector(ITEMS).length);
    }

    public void testRandomContentExplainsNothing() {
        float[][] random = RowMatrix.random(ITEMS, DIMENSION, 1, 7);
        for (float[] row : random) {
            VectorUtil.l2normalize(row);
        }
        ContentMap map = ContentMap.learn(neighbours(ITEMS), random, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
        assertTrue("explained " + map.fit().explained(), map.fit().explained() < 0.02);
        for (int few : new int[] { 0, 48 }) {
            ContentMap none = ContentMap.learn(
                few == 0 ? new Neighbours(new int[0][], new float[0][], 1) : neighbours(few),
                new float[few][],
                ParallelFor.SEQUENTIAL,
                ProgressListener.NONE
            );
            assertEquals(0, none.fit().ridge(), 0);
        }
        ContentMap few = ContentMap.learn(neighbours(48), Arrays.copyOf(contents(), 48), ParallelFor.SEQUENTIAL, ProgressListener.NONE);
        assertEquals("too few items", 0, few.vector(3).length);
    }

    public void testResultDoesNotDependOnThreads() throws Exception {
        Neighbours neighbours = neighbours(ITEMS);
        float[][] contents = contents();
        ContentMap sequential = ContentMap.learn(neighbours, contents, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
        ExecutorService pool = Executors.newFixedThreadPool(3);
        try {
            ContentMap concurrent = ContentMap.learn(neighbours, contents, new ParallelFor(pool, 4), ProgressListener.NONE);
            for (int item = 0; item < ITEMS; item++) {
                assertArrayEquals(sequential.vector(item), concurrent.vector(item), 0);
            }
        } finally {
            pool.shutdownNow();
            assertTrue(pool.awaitTermination(10, TimeUnit.SECONDS));
        }
    }

    public void testProgressAndCancellation() {
        List<Double> parts = new ArrayList<>();
        ContentMap.learn(neighbours(ITEMS), contents(), ParallelFor.SEQUENTIAL, parts::add);
        for (int i = 1; i < parts.size(); i++) {
            assertTrue(parts.toString(), parts.get(i) >= parts.get(i - 1));
        }
        assertEquals(1, parts.getLast(), 0);
        expectThrows(CancellationException.class, () -> ContentMap.learn(neighbours(ITEMS), contents(), ParallelFor.SEQUENTIAL, part -> {
            throw new CancellationException();
        }));
    }
}
