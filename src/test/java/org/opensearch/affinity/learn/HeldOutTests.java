package org.opensearch.affinity.learn;

import org.opensearch.affinity.learn.candidate.LowPass;
import org.opensearch.affinity.learn.neighbour.Neighbourhood;
import org.opensearch.test.OpenSearchTestCase;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

public class HeldOutTests extends OpenSearchTestCase {
    public void testTheNewestOfEverybody() {
        HeldOut held = HeldOut.newest(Logs.ordered(5, new int[] { 3, 1, 4 }, new int[] { 2 }, new int[] {}, new int[] { 0, 2 }));
        assertArrayEquals(new int[] { 0, 3 }, held.users());
        assertArrayEquals(new int[] { 4 }, held.wanted()[0]);
        assertArrayEquals(new int[] { 2 }, held.wanted()[1]);
        assertArrayEquals(new int[] { 1, 3 }, held.log().history(0).items());
        assertArrayEquals(new int[] { 2 }, held.log().history(1).items());
        assertTrue(held.log().ordered());
    }

    public void testATenthOfEverybody() {
        InteractionMatrix all = Logs.unordered(100, row(20), row(9), row(10), row(39));
        HeldOut held = HeldOut.random(all, 0.1, 5);
        assertArrayEquals(new int[] { 0, 2, 3 }, held.users());
        assertEquals(2 + 1 + 3, held.wanted()[0].length + held.wanted()[1].length + held.wanted()[2].length);
        assertEquals(all.size() - 6, held.log().size());
        assertFalse(held.log().ordered());
        for (int i = 0; i < held.users().length; i++) {
            for (int item : held.wanted()[i]) {
                for (int known : held.log().history(held.users()[i]).items()) {
                    assertNotEquals(known, item);
                }
            }
        }
        assertArrayEquals(held.wanted()[2], HeldOut.random(all, 0.1, 5).wanted()[2]);
        assertEquals(2, held.sample(2, 1).users().length);
        assertSame(held, held.sample(3, 1));
    }

    private static int[] row(int size) {
        int[] row = new int[size];
        for (int i = 0; i < size; i++) {
            row[i] = i * 2;
        }
        return row;
    }

    public void testFigures() {
        RankingMetrics verdict = RankingMetrics.over(3);
        verdict.put(0, new int[] { 9, 5, 7, 3 }, new int[] { 5, 3, 100 });
        double ideal = 1 + 1 / log2(3) + 1 / log2(4);
        assertEquals((1 / log2(3) + 1 / log2(5)) / ideal, verdict.ndcg10()[0], 1e-12);
        assertEquals(2.0 / 3, verdict.recall20()[0], 1e-12);
        assertEquals(1, verdict.hit10()[0], 0);
        int[] twenty = row(20);
        verdict.put(1, twenty, new int[] { twenty[10] });
        assertEquals("eleventh", 0, verdict.hit10()[1] + verdict.ndcg10()[1], 0);
        assertEquals(1 / log2(12), verdict.ndcg20()[1], 1e-12);
        int[] many = new int[30];
        System.arraycopy(twenty, 0, many, 0, 20);
        Arrays.fill(many, 20, 30, 1_000);
        verdict.put(2, twenty, many);
        assertEquals("ideal, though more are wanted than fit", 1, verdict.ndcg20()[2], 1e-12);
        assertEquals(1, verdict.ndcg10()[2], 1e-12);
        assertEquals(2.0 / 3, RankingMetrics.mean(new double[] { 0, 1, 1 }), 1e-12);
        assertEquals(0, RankingMetrics.mean(new double[0]), 0);
    }

    private static double log2(double x) {
        return Math.log(x) / Math.log(2);
    }

    public void testWhatTheUserHasIsNotListed() {
        InteractionMatrix log = Logs.unordered(4, new int[] { 0, 1 }, new int[] { 0, 1, 2 }, new int[] { 0 });
        InterestModel model = new Neighbourhood(0, 0, 0, 1, 1, 1, 10).learn(log, ParallelFor.ALONE, ProgressListener.NOBODY);
        HeldOut held = new HeldOut(log, new int[] { 2, 0, 2 }, new int[][] { { 1 }, { 2 }, { 3 } });
        RankingMetrics verdict = held.judge(model, ParallelFor.ALONE, ProgressListener.NOBODY);
        assertEquals("the first of those that are new", 1, verdict.ndcg10()[0], 1e-12);
        assertEquals("the first of two that are new", 1, verdict.ndcg10()[1], 1e-12);
        assertEquals("nothing goes with it, but the user's own is not before it", 1 / log2(4), verdict.ndcg10()[2], 1e-12);
    }

    public void testTuningFindsTheBestSetting() {
        // 1 follows 0, and 2 comes before it, equally often.
        InteractionMatrix log = Logs.ordered(3, new int[] { 2, 0, 1 }, new int[] { 2, 0, 1 }, new int[] { 0 });
        HeldOut held = new HeldOut(log, new int[] { 2 }, new int[][] { { 1 } });
        List<Double> heard = new ArrayList<>();
        Hyperparameter<Neighbourhood> dial = Hyperparameter.of("backward", Neighbourhood::withBackward, 1.0, 0.5, 0.0);
        Neighbourhood start = new Neighbourhood(0, 0, 0, 1, 1, 1, 1);
        Tuning<Neighbourhood> tuning = new Tuning<>(List.of(dial), verdict -> RankingMetrics.mean(verdict.hit10()) - RankingMetrics.mean(verdict.recall20()) / 2, 3);
        CoordinateSearch.Trial<Neighbourhood> best = tuning.best(start, held, ParallelFor.ALONE, ProgressListener.NOBODY, trial -> heard.add(trial.method().backward()));
        assertEquals("each is tried once", List.of(1.0, 0.5, 0.0), heard);
        assertEquals("the first of equal ones", 1.0, best.method().backward(), 0);
        Tuning<Neighbourhood> first = new Tuning<>(List.of(dial), verdict -> verdict.ndcg20()[0] >= 1 ? 1 : 0, 3);
        heard.clear();
        HeldOut other = new HeldOut(Logs.ordered(3, new int[] { 1, 0 }, new int[] { 1, 0 }, new int[] { 0, 2 }, new int[] { 0 }), new int[] { 3 }, new int[][] { { 2 } });
        assertEquals("2 follows once, 1 comes before twice", 0.0, first.best(start, other, ParallelFor.ALONE, ProgressListener.NOBODY, trial -> heard.add(trial.method().backward())).method().backward(), 0);
        assertEquals("another round tries nothing again", List.of(1.0, 0.5, 0.0), heard);
    }

    public void testBlendAddsScores() {
        InteractionMatrix log = Logs.unordered(4, new int[] { 0, 1 }, new int[] { 0, 1, 2 }, new int[] { 0 });
        InterestModel one = Neighbourhood.cosine().learn(log, ParallelFor.ALONE, ProgressListener.NOBODY);
        InterestModel other = new LowPass(2, 1, 1).learn(log, ParallelFor.ALONE, ProgressListener.NOBODY);
        Blend blend = new Blend(List.of(new Blend.Part(one, 1), new Blend.Part(other, 0.25f)));
        float[] scores = blend.scores(WeightedHistory.of(1));
        for (int item = 0; item < 4; item++) {
            assertEquals(one.scores(WeightedHistory.of(1))[item] + 0.25 * other.scores(WeightedHistory.of(1))[item], scores[item], 1e-6);
        }
        assertEquals(4, blend.items());
        InterestModel smaller = Neighbourhood.cosine().learn(new InteractionMatrix.Builder(3).build(), ParallelFor.ALONE, ProgressListener.NOBODY);
        expectThrows(IllegalArgumentException.class, () -> new Blend(List.of(new Blend.Part(one, 1), new Blend.Part(smaller, 1))));
    }
}
