package org.opensearch.affinity.learn;

import org.opensearch.affinity.learn.factor.LowPass;
import org.opensearch.affinity.learn.neighbour.Neighbourhood;
import org.opensearch.test.OpenSearchTestCase;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

public class HeldOutTests extends OpenSearchTestCase {
    public void testNewestItemOfEachUser() {
        HeldOut heldOut = HeldOut.newest(
            InteractionMatrices.ordered(5, new int[] { 3, 1, 4 }, new int[] { 2 }, new int[] {}, new int[] { 0, 2 })
        );
        assertArrayEquals(new int[] { 0, 3 }, heldOut.users());
        assertArrayEquals(new int[] { 4 }, heldOut.relevant()[0]);
        assertArrayEquals(new int[] { 2 }, heldOut.relevant()[1]);
        assertArrayEquals(new int[] { 1, 3 }, heldOut.training().history(0).items());
        assertArrayEquals(new int[] { 2 }, heldOut.training().history(1).items());
        assertTrue(heldOut.training().ordered());
    }

    public void testRandomTenthOfEachUser() {
        InteractionMatrix all = InteractionMatrices.unordered(100, row(20), row(9), row(10), row(39));
        HeldOut heldOut = HeldOut.random(all, 0.1, 5);
        assertArrayEquals(new int[] { 0, 2, 3 }, heldOut.users());
        assertEquals(2 + 1 + 3, heldOut.relevant()[0].length + heldOut.relevant()[1].length + heldOut.relevant()[2].length);
        assertEquals(all.size() - 6, heldOut.training().size());
        assertFalse(heldOut.training().ordered());
        for (int i = 0; i < heldOut.users().length; i++) {
            for (int item : heldOut.relevant()[i]) {
                for (int known : heldOut.training().history(heldOut.users()[i]).items()) {
                    assertNotEquals(known, item);
                }
            }
        }
        assertArrayEquals(heldOut.relevant()[2], HeldOut.random(all, 0.1, 5).relevant()[2]);
        assertEquals(2, heldOut.sample(2, 1).users().length);
        assertSame(heldOut, heldOut.sample(3, 1));
    }

    private static int[] row(int size) {
        int[] row = new int[size];
        for (int i = 0; i < size; i++) {
            row[i] = i * 2;
        }
        return row;
    }

    public void testMetricsByHand() {
        RankingMetrics metrics = RankingMetrics.ofUsers(3);
        metrics.set(0, new int[] { 9, 5, 7, 3 }, new int[] { 5, 3, 100 });
        double ideal = 1 + 1 / log2(3) + 1 / log2(4);
        assertEquals((1 / log2(3) + 1 / log2(5)) / ideal, metrics.ndcg10()[0], 1e-12);
        assertEquals(2.0 / 3, metrics.recall20()[0], 1e-12);
        assertEquals(1, metrics.hit10()[0], 0);
        int[] twenty = row(20);
        metrics.set(1, twenty, new int[] { twenty[10] });
        assertEquals("rank 11", 0, metrics.hit10()[1] + metrics.ndcg10()[1], 0);
        assertEquals(1 / log2(12), metrics.ndcg20()[1], 1e-12);
        int[] many = new int[30];
        System.arraycopy(twenty, 0, many, 0, 20);
        Arrays.fill(many, 20, 30, 1_000);
        metrics.set(2, twenty, many);
        assertEquals("an ideal list, with more relevant items than ranks", 1, metrics.ndcg20()[2], 1e-12);
        assertEquals(1, metrics.ndcg10()[2], 1e-12);
        assertEquals(2.0 / 3, RankingMetrics.mean(new double[] { 0, 1, 1 }), 1e-12);
        assertEquals(0, RankingMetrics.mean(new double[0]), 0);
    }

    private static double log2(double x) {
        return Math.log(x) / Math.log(2);
    }

    public void testOwnItemsAreNotRanked() {
        InteractionMatrix interactions = InteractionMatrices.unordered(4, new int[] { 0, 1 }, new int[] { 0, 1, 2 }, new int[] { 0 });
        InterestModel model = new Neighbourhood(0, 0, 0, 1, 1, 1, 10).learn(interactions, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
        HeldOut heldOut = new HeldOut(interactions, new int[] { 2, 0, 2 }, new int[][] { { 1 }, { 2 }, { 3 } });
        RankingMetrics metrics = heldOut.evaluate(model, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
        assertEquals("first new item", 1, metrics.ndcg10()[0], 1e-12);
        assertEquals("first of two new items", 1, metrics.ndcg10()[1], 1e-12);
        assertEquals("no similar item, ranked after two new items", 1 / log2(4), metrics.ndcg10()[2], 1e-12);
    }

    public void testTuningFindsTheBestSetting() {
        // Item 1 follows item 0 as often as item 2 precedes it.
        InteractionMatrix interactions = InteractionMatrices.ordered(3, new int[] { 2, 0, 1 }, new int[] { 2, 0, 1 }, new int[] { 0 });
        HeldOut heldOut = new HeldOut(interactions, new int[] { 2 }, new int[][] { { 1 } });
        List<Double> tried = new ArrayList<>();
        Hyperparameter<Neighbourhood> hyperparameter = Hyperparameter.of("backward", Neighbourhood::withBackward, 1.0, 0.5, 0.0);
        Neighbourhood start = new Neighbourhood(0, 0, 0, 1, 1, 1, 1);
        Tuning<Neighbourhood> tuning = new Tuning<>(
            List.of(hyperparameter),
            metrics -> RankingMetrics.mean(metrics.hit10()) - RankingMetrics.mean(metrics.recall20()) / 2,
            3
        );
        CoordinateSearch.Trial<Neighbourhood> best = tuning.best(
            start,
            heldOut,
            ParallelFor.SEQUENTIAL,
            ProgressListener.NONE,
            trial -> tried.add(trial.method().backward())
        );
        assertEquals("each value is tried once", List.of(1.0, 0.5, 0.0), tried);
        assertEquals("the first of equal trials", 1.0, best.method().backward(), 0);
        Tuning<Neighbourhood> first = new Tuning<>(List.of(hyperparameter), metrics -> metrics.ndcg20()[0] >= 1 ? 1 : 0, 3);
        tried.clear();
        HeldOut other = new HeldOut(
            InteractionMatrices.ordered(3, new int[] { 1, 0 }, new int[] { 1, 0 }, new int[] { 0, 2 }, new int[] { 0 }),
            new int[] { 3 },
            new int[][] { { 2 } }
        );
        assertEquals(
            "item 2 follows once, item 1 precedes twice",
            0.0,
            first.best(
                start,
                other,
                ParallelFor.SEQUENTIAL,
                ProgressListener.NONE,
                trial -> tried.add(trial.method().backward())
            ).method().backward(),
            0
        );
        assertEquals("the second round repeats no trial", List.of(1.0, 0.5, 0.0), tried);
    }

    public void testBlendAddsScores() {
        InteractionMatrix interactions = InteractionMatrices.unordered(4, new int[] { 0, 1 }, new int[] { 0, 1, 2 }, new int[] { 0 });
        InterestModel one = Neighbourhood.cosine().learn(interactions, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
        InterestModel other = new LowPass(2, 0, 1, 0.5, 1, 1, null).learn(interactions, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
        Blend blend = new Blend(List.of(new Blend.Part(one, 1), new Blend.Part(other, 0.25f)));
        float[] scores = blend.scores(WeightedHistory.of(1));
        for (int item = 0; item < 4; item++) {
            assertEquals(one.scores(WeightedHistory.of(1))[item] + 0.25 * other.scores(WeightedHistory.of(1))[item], scores[item], 1e-6);
        }
        assertEquals(4, blend.items());
        float[][] several = new float[3][4];
        blend.score(List.of(WeightedHistory.of(1), WeightedHistory.of(), WeightedHistory.of(2, 0)), 1, several);
        assertArrayEquals(scores, several[0], 0);
        assertArrayEquals(new float[4], several[1], 0);
        assertArrayEquals(blend.scores(WeightedHistory.of(2, 0)), several[2], 0);
        HeldOut heldOut = new HeldOut(interactions, new int[] { 0, 2 }, new int[][] { { 2 }, { 2 } });
        RankingMetrics expected = heldOut.evaluate(blend, ParallelFor.SEQUENTIAL, ProgressListener.NONE);
        List<RankingMetrics> sums = heldOut.evaluate(
            List.of(one, other),
            List.of(new float[] { 1, 0.25f }, new float[] { 0, 0 }),
            ParallelFor.SEQUENTIAL,
            ProgressListener.NONE
        );
        assertArrayEquals(expected.ndcg20(), sums.get(0).ndcg20(), 0);
        assertArrayEquals(expected.hit10(), sums.get(0).hit10(), 0);
        assertEquals(2, sums.size());
        double scaled = Blend.scaled(one, interactions).scores(WeightedHistory.of(1))[0] / one.scores(WeightedHistory.of(1))[0];
        assertEquals(scaled, 2 * Blend.scaled(new Blend(List.of(new Blend.Part(one, 2))), interactions).parts().get(0).weight(), 1e-5);
        InterestModel smaller = Neighbourhood.cosine().learn(
            new InteractionMatrix.Builder(3).build(),
            ParallelFor.SEQUENTIAL,
            ProgressListener.NONE
        );
        expectThrows(IllegalArgumentException.class, () -> new Blend(List.of(new Blend.Part(one, 1), new Blend.Part(smaller, 1))));
    }
}
