package org.opensearch.affinity.learn.neighbour;

import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.Logs;
import org.opensearch.affinity.learn.Neighbours;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.WeightedHistory;
import org.opensearch.test.OpenSearchTestCase;

public class NeighbourhoodTests extends OpenSearchTestCase {
    private static final Neighbourhood COUNTS = new Neighbourhood(0, 0, 0, 1, 1, 1, 100);
    /** Degrees of users 2, 3, 1; of items 3, 2, 1, 0. */
    private static final int[][] THREE = { { 0, 1 }, { 0, 1, 2 }, { 0 } };

    private static float similarity(Neighbours model, int from, int to) {
        WeightedHistory one = WeightedHistory.of(from);
        return model.scores(one)[to];
    }

    private static Neighbours learn(Neighbourhood method, InteractionMatrix log) {
        return method.learn(log, ParallelFor.ALONE, ProgressListener.NOBODY);
    }

    public void testCosine() {
        Neighbours model = learn(Neighbourhood.cosine(), Logs.unordered(4, THREE));
        assertEquals(2 / Math.sqrt(6), similarity(model, 0, 1), 1e-6);
        assertEquals(2 / Math.sqrt(6), similarity(model, 1, 0), 1e-6);
        assertEquals(1 / Math.sqrt(3), similarity(model, 0, 2), 1e-6);
        assertEquals(1 / Math.sqrt(2), similarity(model, 1, 2), 1e-6);
        assertEquals("an item is no neighbour of its own", 0, similarity(model, 0, 0), 0);
        assertEquals("nobody took it", 0, model.size(3));
        assertArrayEquals("nearest first", new int[] { 1, 2 }, new int[] { model.neighbour(0, 0), model.neighbour(0, 1) });
        assertEquals("without order, all of a history counts the same", 1, model.keep(), 0);
    }

    public void testExponents() {
        InteractionMatrix log = Logs.unordered(4, THREE);
        Neighbours model = learn(COUNTS.withUser(1).withFrom(0.5).withTo(0.25), log);
        double byUsers = 1.0 / 2 + 1.0 / 3;
        assertEquals(byUsers / Math.pow(3, 0.5) / Math.pow(2, 0.25), similarity(model, 0, 1), 1e-6);
        assertEquals(byUsers / Math.pow(2, 0.5) / Math.pow(3, 0.25), similarity(model, 1, 0), 1e-6);
        assertEquals(1.0 / 3 / Math.pow(2, 0.5), similarity(model, 1, 2), 1e-6);
    }

    public void testWeightsMultiply() {
        InteractionMatrix log = new InteractionMatrix.Builder(2).add(0, 0, 2, 0).add(0, 1, 3, 0).add(1, 0, 1, 0).add(1, 1, 1, 0).build();
        assertEquals(7, similarity(learn(COUNTS, log), 0, 1), 1e-6);
        assertEquals(7 / Math.sqrt(3 * 4), similarity(learn(COUNTS.withFrom(0.5).withTo(0.5), log), 0, 1), 1e-6);
    }

    public void testOrderAndDistance() {
        InteractionMatrix log = Logs.ordered(4, new int[] { 0, 1, 2 }, new int[] { 0, 1 });
        Neighbours model = learn(COUNTS.withBackward(0.25).withCloseness(0.5), log);
        assertEquals(2, similarity(model, 0, 1), 1e-6);
        assertEquals(0.5, similarity(model, 0, 2), 1e-6);
        assertEquals(0.5, similarity(model, 1, 0), 1e-6);
        assertEquals(0.125, similarity(model, 2, 0), 1e-6);
        assertEquals(0, learn(COUNTS.withBackward(0), log).size(2));
    }

    public void testWithoutOrderThereIsNoDirection() {
        Neighbours model = learn(COUNTS.withBackward(0).withCloseness(0.5).withKeep(0.5), Logs.unordered(4, THREE));
        assertEquals(2, similarity(model, 1, 0), 1e-6);
        assertEquals(1, similarity(model, 2, 0), 1e-6);
        assertEquals(1, model.keep(), 0);
    }

    public void testTheNewestCountsMost() {
        InteractionMatrix log = Logs.ordered(4, new int[] { 0, 2 }, new int[] { 1, 3 });
        Neighbours model = learn(COUNTS.withKeep(0.5), log);
        float[] scores = model.scores(new WeightedHistory(new int[] { 0, 1 }, new float[] { 1, 3 }));
        assertArrayEquals(new float[] { 0, 0, 1, 1.5f }, scores, 1e-6f);
        model.score(WeightedHistory.of(1, 0), 2, scores);
        assertArrayEquals("added, times the factor", new float[] { 0, 0, 2, 3.5f }, scores, 1e-6f);
    }

    public void testOnlyTheNearestAreKept() {
        InteractionMatrix log = Logs.unordered(4, new int[] { 0, 1 }, new int[] { 0, 1, 2 }, new int[] { 0, 1, 3 }, new int[] { 0, 3 });
        Neighbours model = learn(COUNTS.withMost(2), log);
        assertEquals(2, model.size(0));
        assertArrayEquals(new int[] { 1, 3 }, new int[] { model.neighbour(0, 0), model.neighbour(0, 1) });
        assertArrayEquals(new float[] { 3, 2 }, new float[] { model.similarity(0, 0), model.similarity(0, 1) }, 0);
        Neighbours one = learn(COUNTS.withMost(1), Logs.unordered(3, new int[] { 0, 1, 2 }));
        assertEquals("of equal ones the first", 1, one.neighbour(0, 0));
    }

    public void testItIsTheFormula() {
        InteractionMatrix log = Logs.twoTastes(60, 12, random());
        Neighbourhood method = new Neighbourhood(0.6, 0.3, 0.8, 0.4, 0.7, 0.9, 100);
        Neighbours model = learn(method, log);
        double[][] sums = new double[12][12];
        for (int user = 0; user < log.users(); user++) {
            for (int p = log.start(user); p < log.end(user); p++) {
                for (int q = log.start(user); q < log.end(user); q++) {
                    double near = Math.pow(0.7, Math.abs(p - q) - 1) * (q < p ? 0.4 : 1);
                    sums[log.item(p)][log.item(q)] += p == q ? 0 : near * log.weight(p) * log.weight(q) / Math.pow(log.userDegrees()[user], 0.6);
                }
            }
        }
        double[] degrees = log.itemDegrees();
        for (int h = 0; h < 12; h++) {
            for (int j = 0; j < 12; j++) {
                double expected = sums[h][j] == 0 ? 0 : sums[h][j] / Math.pow(degrees[h], 0.3) / Math.pow(degrees[j], 0.8);
                assertEquals(expected, similarity(model, h, j), 1e-4 * expected);
            }
        }
    }

    public void testPairsFarApartAreNone() {
        int[] row = new int[Neighbourhood.REACH + 2];
        for (int i = 0; i < row.length; i++) {
            row[i] = i;
        }
        Neighbours model = learn(COUNTS.withMost(2_000), Logs.ordered(row.length, row));
        assertEquals(1, similarity(model, 0, Neighbourhood.REACH), 0);
        assertEquals(0, similarity(model, 0, Neighbourhood.REACH + 1), 0);
    }

    public void testBoundsOfSettings() {
        assertEquals(
            "[closeness] must be above 0 and at most 1, got 0.0",
            expectThrows(IllegalArgumentException.class, () -> COUNTS.withCloseness(0)).getMessage()
        );
        expectThrows(IllegalArgumentException.class, () -> COUNTS.withBackward(1.1));
        expectThrows(IllegalArgumentException.class, () -> COUNTS.withKeep(0));
        expectThrows(IllegalArgumentException.class, () -> COUNTS.withMost(0));
        expectThrows(IllegalArgumentException.class, () -> COUNTS.withUser(Double.NaN));
    }
}
