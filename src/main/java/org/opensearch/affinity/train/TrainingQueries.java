package org.opensearch.affinity.train;

import org.opensearch.action.search.SearchRequest;
import org.opensearch.affinity.evaluate.JudgedQuery;
import org.opensearch.affinity.evaluate.JudgedSearches;
import org.opensearch.affinity.xcontent.FieldPath;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.search.SearchHit;
import org.opensearch.search.builder.SearchSourceBuilder;
import org.opensearch.transport.client.Client;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** The judged queries that weights are learned from: given in the request, or joined from UBI's queries and the log. Calls block. */
final class TrainingQueries {
    private static final int IDS_A_SEARCH = 500;

    private final Client client;
    private final JudgedSearches judged;
    private final String recorded;

    /**
     * @param judged   queries and searches; null for none
     * @param recorded index of UBI's queries, which are joined with the events that name them; null if judged queries are given
     */
    TrainingQueries(Client client, JudgedSearches judged, String recorded) {
        this.client = client;
        this.judged = judged;
        this.recorded = recorded;
    }

    /** Whether the relevant items are those of events in the log. */
    boolean areInLog() {
        return recorded != null;
    }

    /** All judged queries; none if no weights are to be learned. */
    List<JudgedQuery> of(Interactions interactions) {
        if (recorded != null) {
            return join(interactions.chosen());
        }
        return judged == null ? List.of() : judged.queries(client);
    }

    /** The application's search of a query. */
    SearchSourceBuilder search(JudgedQuery query) {
        return judged.search(query);
    }

    /** Whether the application's search itself reads profiles. */
    boolean areByProfile() {
        return judged.asksProfiles();
    }

    /** @param chosen gains of items by id, by id of the query */
    private List<JudgedQuery> join(Map<String, Map<String, Double>> chosen) {
        List<String> ids = new ArrayList<>(new TreeSet<>(chosen.keySet()));
        List<JudgedQuery> queries = new ArrayList<>();
        for (int from = 0; from < ids.size(); from += IDS_A_SEARCH) {
            List<String> some = ids.subList(from, Math.min(ids.size(), from + IDS_A_SEARCH));
            SearchSourceBuilder source = new SearchSourceBuilder().size(2 * IDS_A_SEARCH).trackTotalHits(false);
            source.query(QueryBuilders.termsQuery("query_id", some));
            for (SearchHit hit : client.search(new SearchRequest(recorded).source(source)).actionGet().getHits()) {
                JudgedQuery query = query(hit.getSourceAsMap(), chosen);
                if (query != null) {
                    queries.add(query);
                }
            }
        }
        return queries;
    }

    /** The judged query of a UBI query; null if the record lacks a value or has a wrong one, as it cannot be corrected. */
    private static JudgedQuery query(Map<String, Object> record, Map<String, Map<String, Double>> chosen) {
        Object user = record.get("user_id") != null ? record.get("user_id") : record.get("client_id");
        Map<String, Double> relevant = chosen.get(String.valueOf(record.get("query_id")));
        if (user == null || relevant == null) {
            return null;
        }
        Map<String, Object> judgedRecord = new HashMap<>(record);
        judgedRecord.put("user_id", user);
        judgedRecord.put("relevant", relevant);
        try {
            return JudgedQuery.of(judgedRecord, "", FieldPath.body(""));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
