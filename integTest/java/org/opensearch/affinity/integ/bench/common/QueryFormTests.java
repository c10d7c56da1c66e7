package org.opensearch.affinity.integ.bench.common;

import org.junit.Test;
import org.opensearch.affinity.evaluate.RankedBy;
import org.opensearch.affinity.integ.data.ShopQuery;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.junit.Assert.assertEquals;

public class QueryFormTests {
    @Test
    public void formIsThatOfTheBestSearchWithoutTheUser() {
        Map<String, Map<RankedBy, Double>> tried = new LinkedHashMap<>();
        tried.put("best_fields", Map.of(RankedBy.PLAIN, 0.118, RankedBy.POPULARITY, 0.2, RankedBy.PERSONALISED, 0.35));
        tried.put("most_fields", Map.of(RankedBy.PLAIN, 0.067, RankedBy.POPULARITY, 0.1, RankedBy.PERSONALISED, 0.268));
        tried.put("cross_fields", Map.of(RankedBy.PLAIN, 0.14, RankedBy.POPULARITY, 0.2, RankedBy.PERSONALISED, 0.298));
        tried.put("combined_fields", Map.of(RankedBy.PLAIN, 0.14, RankedBy.POPULARITY, 0.2, RankedBy.PERSONALISED, 0.298));
        assertEquals("cross_fields", QueryForm.best(tried));
        QueryForm form = new QueryForm("cross_fields", tried, 1_000);
        assertEquals(
            "query form cross_fields, by NDCG@10 of BM25 on 1,000 validation queries: best_fields 0.1180, most_fields 0.0670, "
                + "cross_fields 0.1400, combined_fields 0.1400",
            form.toString()
        );
        assertEquals(0.268, form.json().at("/most_fields/personalised").asDouble(), 0);
    }

    @Test
    public void allFormsAreQueries() {
        for (String type : QueryForm.ALL) {
            String query = new ShopQuery(List.of("title", "tags"), type, "shop", 10, null).bm25("warm lamp", 5).path("query").toString();
            String expected = type.equals(ShopQuery.COMBINED)
                ? "{\"combined_fields\":{\"query\":\"warm lamp\",\"fields\":[\"title\",\"tags\"]}}"
                : "{\"multi_match\":{\"query\":\"warm lamp\",\"type\":\"" + type + "\",\"fields\":[\"title\",\"tags\"]}}";
            assertThat(query, containsString(expected));
        }
    }
}
