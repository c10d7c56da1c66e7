package org.opensearch.affinity.integ;

import com.fasterxml.jackson.databind.node.ObjectNode;

import java.util.List;
import java.util.Map;

import org.junit.Test;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;

public class QualityTests {
    private static final List<Judgement> BM25 = List.of(new Judgement(0.25, 0.25, 1), new Judgement(0, 0, 0));
    private static final List<Judgement> POPULAR = List.of(new Judgement(0.5, 0.5, 1), new Judgement(0.25, 0.25, 0));
    private static final List<Judgement> PERSONAL = List.of(new Judgement(1, 1, 1), new Judgement(0.75, 0.75, 0));

    @Test
    public void differencesAreThoseOfTheSameQueries() {
        Quality quality = new Quality(Map.of(RankedBy.BM25, BM25, RankedBy.POPULARITY, POPULAR, RankedBy.AFFINITY, PERSONAL));
        ObjectNode json = quality.json();
        assertEquals(0.875, json.at("/rankings/affinity/mrr").asDouble(), 0);
        assertEquals(0.25, json.at("/popularity_minus_bm25/mrr").asDouble(), 0);
        assertEquals(0.5, json.at("/affinity_minus_popularity/mrr").asDouble(), 0);
        assertEquals(0.75, json.at("/affinity_minus_bm25/ndcg@10").asDouble(), 0);
        assertEquals("[0.5,0.5]", json.at("/intervals_95/affinity_minus_popularity/mrr").toString());
        assertEquals(7, json.at("/affinity_over_bm25/mrr").asDouble(), 0);
        assertThat(new QualityTable(quality).toString(), containsString("BM25 + popularity + interest, less BM25 + popularity"));
    }

    @Test
    public void withoutPopularityThereAreTwoRankings() {
        ObjectNode json = new Quality(Map.of(RankedBy.BM25, BM25, RankedBy.AFFINITY, PERSONAL)).json();
        assertEquals(2, json.path("rankings").size());
        assertEquals(0.75, json.at("/affinity_minus_bm25/mrr").asDouble(), 0);
        assertFalse(json.has("popularity_minus_bm25"));
    }
}
