package org.opensearch.affinity.integ.bench.common;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.Test;
import org.opensearch.affinity.integ.cluster.Rest;

import java.util.List;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;

public class QualityTests {
    private static final String FIGURES = """
        "rankings": {"plain": {"mrr": {"value": 0.125, "low": 0.1, "high": 0.2}, "coverage@10": {"value": 0.0625}},
                     "popularity": {"mrr": {"value": 0.375, "low": 0.3, "high": 0.5}},
                     "personalised": {"mrr": {"value": 0.875, "low": 0.75, "high": 1.0},
                                      "ndcg@10": {"value": 0.4321, "low": 0.4, "high": 0.5}}},
        "differences": {"personalised_minus_popularity": {"mrr": {"value": 0.5, "low": 0.25, "high": 0.7501},
                                                          "ndcg@10": {"value": null, "low": null, "high": null}}},
        "ratios": {"personalised_over_plain": {"mrr": {"value": 7.0, "low": 6.0, "high": 8.0}}}""";

    private static Quality quality() throws Exception {
        String groups = "\"groups\": {\"0\": {\"queries\": 2, " + FIGURES + "}, \"10+\": {\"queries\": 1, " + FIGURES + "}}";
        return new Quality(Rest.JSON.readTree("{\"queries\": 4, \"evaluated\": 3, \"leaks\": 1, " + FIGURES + ", " + groups + "}"));
    }

    @Test
    public void fileContainsFiguresAndIntervals() throws Exception {
        ObjectNode json = quality().json();
        assertEquals(3, json.path("queries").asInt());
        assertEquals(0.125, json.at("/rankings/bm25/mrr").asDouble(), 0);
        assertEquals(0.875, json.at("/rankings/affinity/mrr").asDouble(), 0);
        assertEquals("[0.75,1.0]", json.at("/intervals_95/affinity/mrr").toString());
        assertEquals(0.0625, json.at("/rankings/bm25/coverage@10").asDouble(), 0);
        assertFalse("coverage has no interval", json.at("/intervals_95/bm25").has("coverage@10"));
        assertEquals(0.5, json.at("/affinity_minus_popularity/mrr").asDouble(), 0);
        assertEquals("[0.25,0.7501]", json.at("/intervals_95/affinity_minus_popularity/mrr").toString());
        assertEquals(7, json.at("/affinity_over_bm25/mrr").asDouble(), 0);
        assertEquals("[6.0,8.0]", json.at("/intervals_95/affinity_over_bm25/mrr").toString());
        assertEquals(2, json.at("/groups/0/queries").asInt());
        assertEquals(0.375, json.at("/groups/10+/rankings/popularity/mrr").asDouble(), 0);
    }

    @Test
    public void tablesShowTheGivenGroups() throws Exception {
        String tables = new QualityTables(quality(), List.of("10+")).toString();
        assertThat(tables, containsString("3 queries, @10"));
        assertThat(tables, containsString("+ interest, less + popularity"));
        assertThat(tables, containsString("0.2500 – 0.7501"));
        assertThat(tables, containsString("│ 10+ "));
        assertThat(tables, not(containsString("│ 0 ")));
        assertThat("an unknown interval", tables, containsString("– – –"));
    }
}
