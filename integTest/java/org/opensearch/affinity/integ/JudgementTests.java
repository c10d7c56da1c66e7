package org.opensearch.affinity.integ;

import java.util.List;
import java.util.Set;

import org.junit.Test;

import static org.junit.Assert.assertEquals;

/** Numbers worked out by hand. */
public class JudgementTests {
    private static final double EXACT = 1e-12;

    @Test
    public void relevantItemThird() {
        Judgement judgement = Judgement.of(List.of("a", "b", "c", "d"), Set.of("c"));
        assertEquals(1.0 / 3, judgement.reciprocalRank(), EXACT);
        assertEquals(0.5, judgement.ndcg10(), EXACT); // 1 / log2(4), the ideal is 1
        assertEquals(1, judgement.hit10(), 0);
    }

    @Test
    public void severalRelevantItems() {
        // At ranks 2 and 4 of two that are known: (1/log2(3) + 1/log2(5)) / (1 + 1/log2(3)) = 1.0616063 / 1.6309298
        Judgement judgement = Judgement.of(List.of("x", "a", "y", "b"), Set.of("a", "b"));
        assertEquals(0.5, judgement.reciprocalRank(), EXACT);
        assertEquals(0.650921, judgement.ndcg10(), 1e-6);
    }

    @Test
    public void relevantItemsFirstArePerfect() {
        Judgement judgement = Judgement.of(List.of("b", "a", "x"), Set.of("a", "b"));
        assertEquals(1, judgement.reciprocalRank(), EXACT);
        assertEquals(1, judgement.ndcg10(), EXACT);
    }

    @Test
    public void moreRelevantItemsThanTheCutHolds() {
        List<String> ranked = List.of("1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12");
        assertEquals(1, Judgement.of(ranked, Set.copyOf(ranked)).ndcg10(), EXACT);
    }

    @Test
    public void eleventhCountsForReciprocalRankOnly() {
        List<String> ranked = List.of("1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "a");
        Judgement judgement = Judgement.of(ranked, Set.of("a"));
        assertEquals(1.0 / 11, judgement.reciprocalRank(), EXACT);
        assertEquals(0, judgement.ndcg10(), 0);
        assertEquals(0, judgement.hit10(), 0);
    }

    @Test
    public void nothingFoundOrNothingWanted() {
        assertEquals(new Judgement(0, 0, 0), Judgement.of(List.of("x"), Set.of("a")));
        assertEquals(new Judgement(0, 0, 0), Judgement.of(List.of(), Set.of("a")));
        assertEquals(new Judgement(0, 0, 0), Judgement.of(List.of("x"), Set.of()));
    }
}
