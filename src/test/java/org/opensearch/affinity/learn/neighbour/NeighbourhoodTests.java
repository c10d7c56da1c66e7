package org.opensearch.affinity.learn.neighbour;

import org.opensearch.affinity.learn.InteractionMatrices;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.Neighbours;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.WeightedHistory;
import org.opensearch.test.OpenSearchTestCase;

public class NeighbourhoodTests extends OpenSearchTestCase {
    private static final Neighbourhood COUNTS = new Neighbourhood(0, 0, 0, 1, 1, 1, 100);
    /** The users have degrees 2, 3, 1; the items have degrees 3, 2, 1, 0. */
    private static final int[][] THREE = { { 0, 1 }, { 0, 1, 2 }, { 0 } };

    private static float similarity(Neighbours model, int from, int to) {
        WeightedHistory one = WeightedHistory.of(from);
        return model.scores(one)[to];
    }

    private static Neighbours learn(Neighbourhood method, InteractionMatrix interactions) {
        return method.learn(interactions, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
    }

    public void testCosine() {
        Neighbours model = learn(Neighbourhood.cosine(), InteractionMatrices.unordered(4, THREE));
        assertEquals(2 / Math.sqrt(6), similarity(model, 0, 1), 1e-6);
        assertEquals(2 / Math.sqrt(6), similarity(model, 1, 0), 1e-6);
        assertEquals(1 / Math.sqrt(3), similarity(model, 0, 2), 1e-6);
        assertEquals(1 / Math.sqrt(2), similarity(model, 1, 2), 1e-6);
        assertEquals("an item is not its own neighbour", 0, similarity(model, 0, 0), 0);
        assertEquals("no interactions", 0, model.size(3));
        assertArrayEquals(
            "in descending order of similarity",
            new int[] { 1, 2 },
            new int[] { model.neighbour(0, 0), model.neighbour(0, 1) }
        );
        assertEquals("no recency decay without order", 1, model.recencyDecay(), 0);
    }

    public void testExponents() {
        InteractionMatrix interactions = InteractionMatrices.unordered(4, THREE);
        Neighbours model = learn(COUNTS.withUserExponent(1).withFromExponent(0.5).withToExponent(0.25), interactions);
        double byUsers = 1.0 / 2 + 1.0 / 3;
        assertEquals(byUsers / Math.pow(3, 0.5) / Math.pow(2, 0.25), similarity(model, 0, 1), 1e-6);
        assertEquals(byUsers / Math.pow(2, 0.5) / Math.pow(3, 0.25), similarity(model, 1, 0), 1e-6);
        assertEquals(1.0 / 3 / Math.pow(2, 0.5), similarity(model, 1, 2), 1e-6);
    }

    public void testWeightsMultiply() {
        InteractionMatrix.Builder builder = new InteractionMatrix.Builder(2).add(0, 0, 2, 0).add(0, 1, 3, 0);
        InteractionMatrix interactions = builder.add(1, 0, 1, 0).add(1, 1, 1, 0).build();
        assertEquals(7, similarity(learn(COUNTS, interactions), 0, 1), 1e-6);
        assertEquals(7 / Math.sqrt(3 * 4), similarity(learn(COUNTS.withFromExponent(0.5).withToExponent(0.5), interactions), 0, 1), 1e-6);
    }

    public void testOrderAndDistance() {
        InteractionMatrix interactions = InteractionMatrices.ordered(4, new int[] { 0, 1, 2 }, new int[] { 0, 1 });
        Neighbours model = learn(COUNTS.withBackward(0.25).withCloseness(0.5), interactions);
        assertEquals(2, similarity(model, 0, 1), 1e-6);
        assertEquals(0.5, similarity(model, 0, 2), 1e-6);
        assertEquals(0.5, similarity(model, 1, 0), 1e-6);
        assertEquals(0.125, similarity(model, 2, 0), 1e-6);
        assertEquals(0, learn(COUNTS.withBackward(0), interactions).size(2));
    }

    public void testWithoutOrderThereIsNoDirection() {
        Neighbours model = learn(COUNTS.withBackward(0).withCloseness(0.5).withRecencyDecay(0.5), InteractionMatrices.unordered(4, THREE));
        assertEquals(2, similarity(model, 1, 0), 1e-6);
        assertEquals(1, similarity(model, 2, 0), 1e-6);
        assertEquals(1, model.recencyDecay(), 0);
    }

    public void testRecencyDecay() {
        InteractionMatrix interactions = InteractionMatrices.ordered(4, new int[] { 0, 2 }, new int[] { 1, 3 });
        Neighbours model = learn(COUNTS.withRecencyDecay(0.5), interactions);
        float[] scores = model.scores(new WeightedHistory(new int[] { 0, 1 }, new float[] { 1, 3 }));
        assertArrayEquals(new float[] { 0, 0, 1, 1.5f }, scores, 1e-6f);
        model.score(WeightedHistory.of(1, 0), 2, scores);
        assertArrayEquals("scores are added", new float[] { 0, 0, 2, 3.5f }, scores, 1e-6f);
    }

    public void testMaxNeighbours() {
        InteractionMatrix interactions = InteractionMatrices.unordered(
            4,
            new int[] { 0, 1 },
            new int[] { 0, 1, 2 },
            new int[] { 0, 1, 3 },
            new int[] { 0, 3 }
        );
        Neighbours model = learn(COUNTS.withMaxNeighbours(2), interactions);
        assertEquals(2, model.size(0));
        assertArrayEquals(new int[] { 1, 3 }, new int[] { model.neighbour(0, 0), model.neighbour(0, 1) });
        assertArrayEquals(new float[] { 3, 2 }, new float[] { model.similarity(0, 0), model.similarity(0, 1) }, 0);
        Neighbours one = learn(COUNTS.withMaxNeighbours(1), InteractionMatrices.unordered(3, new int[] { 0, 1, 2 }));
        assertEquals("of equal similarities the smaller ordinal", 1, one.neighbour(0, 0));
    }

    public void testAgreesWithTheFormula() {
        InteractionMatrix interactions = InteractionMatrices.twoGroups(60, 12, random());
        Neighbourhood method = new Neighbourhood(0.6, 0.3, 0.8, 0.4, 0.7, 0.9, 100);
        Neighbours model = learn(method, interactions);
        double[][] sums = new double[12][12];
        for (int user = 0; user < interactions.users(); user++) {
            for (int p = interactions.start(user); p < interactions.end(user); p++) {
                for (int q = interactions.start(user); q < interactions.end(user); q++) {
                    double near = Math.pow(0.7, Math.abs(p - q) - 1) * (q < p ? 0.4 : 1);
                    double weights = interactions.weight(p) * interactions.weight(q) / Math.pow(interactions.userDegrees()[user], 0.6);
                    sums[interactions.item(p)][interactions.item(q)] += p == q ? 0 : near * weights;
                }
            }
        }
        double[] degrees = interactions.itemDegrees();
        for (int h = 0; h < 12; h++) {
            for (int j = 0; j < 12; j++) {
                double expected = sums[h][j] == 0 ? 0 : sums[h][j] / Math.pow(degrees[h], 0.3) / Math.pow(degrees[j], 0.8);
                assertEquals(expected, similarity(model, h, j), 1e-4 * expected);
            }
        }
    }

    public void testMaxDistance() {
        int[] row = new int[Neighbourhood.MAX_DISTANCE + 2];
        for (int i = 0; i < row.length; i++) {
            row[i] = i;
        }
        Neighbours model = learn(COUNTS.withMaxNeighbours(2_000), InteractionMatrices.ordered(row.length, row));
        assertEquals(1, similarity(model, 0, Neighbourhood.MAX_DISTANCE), 0);
        assertEquals(0, similarity(model, 0, Neighbourhood.MAX_DISTANCE + 1), 0);
    }

    public void testBoundsOfSettings() {
        assertEquals(
            "[closeness] must be above 0 and at most 1, got [0.0]",
            expectThrows(IllegalArgumentException.class, () -> COUNTS.withCloseness(0)).getMessage()
        );
        expectThrows(IllegalArgumentException.class, () -> COUNTS.withBackward(1.1));
        expectThrows(IllegalArgumentException.class, () -> COUNTS.withRecencyDecay(0));
        expectThrows(IllegalArgumentException.class, () -> COUNTS.withMaxNeighbours(0));
        expectThrows(IllegalArgumentException.class, () -> COUNTS.withUserExponent(Double.NaN));
    }
}
