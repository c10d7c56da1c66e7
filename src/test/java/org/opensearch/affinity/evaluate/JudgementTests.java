package org.opensearch.affinity.evaluate;

import org.opensearch.test.OpenSearchTestCase;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Values computed by hand, and bounds that hold for any list. */
public class JudgementTests extends OpenSearchTestCase {
    private static final double EXACT = 1e-12;
    private static final List<String> TWELVE = List.of("1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12");
    private static final List<ToDoubleBiFunction<Judgement, Integer>> METRICS = List.of(
        (judgement, k) -> judgement.reciprocalRank(),
        Judgement::ndcg,
        Judgement::hit,
        Judgement::precision,
        Judgement::recall,
        Judgement::f1,
        Judgement::averagePrecision
    );

    private static Judgement judge(List<String> ranked, String... relevant) {
        return Judgement.of(ranked, Stream.of(relevant).collect(Collectors.toMap(item -> item, item -> 1.0)));
    }

    public void testRelevantItemThird() {
        Judgement judgement = judge(List.of("a", "b", "c", "d"), "c");
        assertEquals(1.0 / 3, judgement.reciprocalRank(), EXACT);
        assertEquals(0.5, judgement.ndcg(10), EXACT); // 1 / log2(4), the ideal is 1
        assertEquals(1, judgement.hit(10), 0);
        assertEquals(0.1, judgement.precision(10), EXACT);
        assertEquals(1, judgement.recall(10), 0);
        assertEquals(2 * 0.1 / 1.1, judgement.f1(10), EXACT);
        assertEquals(1.0 / 3, judgement.averagePrecision(10), EXACT);
    }

    public void testSeveralRelevantItems() {
        // Two of three relevant items, at ranks 2 and 4.
        Judgement judgement = judge(List.of("x", "a", "y", "b"), "a", "b", "c");
        assertEquals(0.5, judgement.reciprocalRank(), EXACT);
        // (1/log2(3) + 1/log2(5)) / (1 + 1/log2(3) + 1/log2(4)) = 1.0616063 / 2.1309298
        assertEquals(0.498189, judgement.ndcg(10), 1e-6);
        assertEquals(0.5, judgement.precision(4), EXACT);
        assertEquals(2.0 / 3, judgement.recall(4), EXACT);
        assertEquals(4.0 / 7, judgement.f1(4), EXACT); // 2 · 1/2 · 2/3 / (7/6)
        assertEquals(1.0 / 3, judgement.averagePrecision(4), EXACT); // (1/2 + 2/4) / 3
        assertEquals(0.25, judgement.averagePrecision(2), EXACT); // 1/2, divided by min(2, 3)
    }

    public void testGradedGains() {
        // 1 at rank 1 and 3 at rank 2: (1 + 3/log2(3)) / (3 + 1/log2(3)) = 2.8927893 / 3.6309298
        Judgement judgement = Judgement.of(List.of("a", "b", "x"), Map.of("a", 1.0, "b", 3.0));
        assertEquals(0.796708, judgement.ndcg(10), 1e-6);
        // At rank 1, a gain of 1 where 3 is possible.
        assertEquals(1.0 / 3, judgement.ndcg(1), EXACT);
        assertEquals(1, judgement.averagePrecision(2), EXACT);
    }

    public void testMoreRelevantItemsThanTheCutHolds() {
        Judgement judgement = judge(TWELVE, TWELVE.toArray(String[]::new));
        assertEquals(1, judgement.ndcg(10), EXACT);
        assertEquals(1, judgement.averagePrecision(10), EXACT);
        assertEquals(10.0 / 12, judgement.recall(10), EXACT);
    }

    public void testBeyondTheCutOnlyReciprocalRankCounts() {
        Judgement judgement = judge(TWELVE, "11");
        assertEquals(1.0 / 11, judgement.reciprocalRank(), EXACT);
        METRICS.subList(1, METRICS.size()).forEach(metric -> assertEquals(0, metric.applyAsDouble(judgement, 10), 0));
    }

    public void testNoRelevantItems() {
        for (Judgement judgement : List.of(judge(List.of("x"), "a"), judge(List.of(), "a"), judge(List.of("x")))) {
            METRICS.forEach(metric -> assertEquals(0, metric.applyAsDouble(judgement, 10), 0));
        }
    }

    public void testRepeatedItemsCountOnce() {
        Judgement judgement = judge(List.of("a", "a", "a"), "a", "b");
        assertEquals(0.5, judgement.recall(10), EXACT);
        assertEquals(0.5, judgement.averagePrecision(10), EXACT);
        assertTrue("" + judgement.ndcg(10), judgement.ndcg(10) < 1);
    }

    public void testBounds() {
        for (int round = 0; round < 500; round++) {
            List<String> ranked = new ArrayList<>(IntStream.range(0, between(0, 30)).mapToObj(Integer::toString).toList());
            Collections.shuffle(ranked, random());
            Map<String, Double> relevant = new HashMap<>();
            for (int i = between(0, 12); i > 0; i--) {
                relevant.put(Integer.toString(between(0, 40)), randomDoubleBetween(1e-3, 100, true));
            }
            Judgement judgement = Judgement.of(ranked, relevant);
            int k = between(1, 25);
            for (ToDoubleBiFunction<Judgement, Integer> metric : METRICS) {
                double value = metric.applyAsDouble(judgement, k);
                assertTrue(value + " of " + ranked + " for " + relevant, value >= 0 && value <= 1 + EXACT);
            }
            assertTrue("recall grows with k", judgement.recall(k + 1) >= judgement.recall(k));
            assertTrue("not above both", judgement.f1(k) <= Math.max(judgement.precision(k), judgement.recall(k)) + EXACT);
        }
    }

    /** Relevant items first, in descending order of gain. */
    public void testIdealOrder() {
        for (int round = 0; round < 200; round++) {
            Map<String, Double> relevant = new HashMap<>();
            IntStream.range(0, between(1, 8)).forEach(i -> relevant.put("r" + i, (double) between(1, 5)));
            List<String> best = new ArrayList<>(relevant.keySet());
            best.sort((a, b) -> Double.compare(relevant.get(b), relevant.get(a)));
            best.addAll(TWELVE);
            int k = between(1, 15);
            assertEquals(1, Judgement.of(best, relevant).ndcg(k), EXACT);
            assertEquals(1, Judgement.of(best, relevant).averagePrecision(k), EXACT);
            List<String> worse = new ArrayList<>(best);
            Collections.shuffle(worse, random());
            assertTrue(Judgement.of(worse, relevant).ndcg(k) <= 1 + EXACT);
        }
    }
}
