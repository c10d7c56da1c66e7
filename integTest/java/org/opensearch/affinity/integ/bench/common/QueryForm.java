package org.opensearch.affinity.integ.bench.common;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.evaluate.RankedBy;
import org.opensearch.affinity.integ.cluster.Rest;
import org.opensearch.affinity.integ.console.Step;
import org.opensearch.affinity.integ.data.DataSet;
import org.opensearch.affinity.integ.data.ShopQuery;
import org.opensearch.affinity.integ.data.Split;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How the words of a query are searched in several fields. The form with the best NDCG@10 on validation queries without the user serves all
 * rankings that are compared, so that no gain comes of a weak search to compare with.
 *
 * @param type    as in {@link ShopQuery#type}
 * @param tried   NDCG@10 by ranking, by form; empty if the form was not chosen
 * @param queries on which it was chosen
 */
public record QueryForm(String type, Map<String, Map<RankedBy, Double>> tried, int queries) {
    /** All forms; the first is what OpenSearch takes where a search says nothing. */
    public static final List<String> ALL = List.of("best_fields", "most_fields", "cross_fields", ShopQuery.COMBINED);
    private static final int MOST_QUERIES = 1_000;
    private static final String FIGURE = "ndcg@10";

    /** A form that was not chosen. */
    public static QueryForm given(String type) {
        return new QueryForm(type, Map.of(), 0);
    }

    /**
     * Chooses the form on the first validation queries of a set, at most 1,000; the first form without such queries.
     *
     * @param rest of a node that knows the events before the validation queries, and none after
     */
    public static QueryForm choose(Rest rest, ShopQuery search, DataSet set, int limit, Step step) throws IOException {
        if (set.hasQueries(Split.VALID) == false) {
            return given(ALL.getFirst());
        }
        Map<String, Map<RankedBy, Double>> tried = new LinkedHashMap<>();
        int queries = 0;
        for (String type : ALL) {
            NodeEvaluation evaluation = new NodeEvaluation(rest, search.withType(type));
            Quality quality = evaluation.run(set, Split.VALID, Math.min(limit, MOST_QUERIES), Rest.JSON.createObjectNode(), step);
            Map<RankedBy, Double> figures = new LinkedHashMap<>();
            for (RankedBy ranking : RankedBy.values()) {
                figures.put(ranking, quality.figure(ranking, FIGURE).value());
            }
            tried.put(type, figures);
            queries = quality.queries();
        }
        return new QueryForm(best(tried), tried, queries);
    }

    /** The form with the largest figure without the user; of equal ones the first. */
    static String best(Map<String, Map<RankedBy, Double>> tried) {
        String best = null;
        for (String type : tried.keySet()) {
            if (best == null || tried.get(type).get(RankedBy.PLAIN) > tried.get(best).get(RankedBy.PLAIN)) {
                best = type;
            }
        }
        return best;
    }

    /** What was chosen, and why, in words. */
    @Override
    public String toString() {
        if (tried.isEmpty()) {
            return "query form " + type;
        }
        String figures = tried.entrySet()
            .stream()
            .map(form -> String.format(Locale.ROOT, "%s %.4f", form.getKey(), form.getValue().get(RankedBy.PLAIN)))
            .collect(Collectors.joining(", "));
        return String.format(Locale.ROOT, "query form %s, by NDCG@10 of BM25 on %,d validation queries: %s", type, queries, figures);
    }

    /** The figures of all forms at full precision. */
    public ObjectNode json() {
        ObjectNode json = Rest.JSON.createObjectNode().put("queries", queries);
        tried.forEach((form, figures) -> figures.forEach((ranking, figure) -> json.withObject("/" + form).put(ranking.toString(), figure)));
        return json;
    }
}
