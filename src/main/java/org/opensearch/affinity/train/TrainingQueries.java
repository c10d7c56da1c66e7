package org.opensearch.affinity.train;

import org.opensearch.action.search.SearchRequest;
import org.opensearch.affinity.evaluate.JudgedQuery;
import org.opensearch.affinity.evaluate.JudgedSearches;
import org.opensearch.affinity.xcontent.ParsedObject;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.search.SearchHit;
import org.opensearch.search.builder.SearchSourceBuilder;
import org.opensearch.transport.client.Client;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Searches that people made and what they chose: given, or recorded by UBI. Calls block. */
final class TrainingQueries {
    private static final int IDS_A_SEARCH = 500;

    private final Client client;
    private final JudgedSearches judged;
    private final String recorded;

    /**
     * @param judged   queries and searches; null for none
     * @param recorded index of UBI's queries, to be joined with the events that name them; null where queries are given
     */
    TrainingQueries(Client client, JudgedSearches judged, String recorded) {
        this.client = client;
        this.judged = judged;
        this.recorded = recorded;
    }

    /** Whether the log says what was chosen. */
    boolean areInLog() {
        return recorded != null;
    }

    /** All there are; none where nothing is to be learned of them. */
    List<JudgedQuery> of(Interactions acts) {
        if (recorded != null) {
            return join(acts.chosen());
        }
        return judged == null ? List.of() : judged.queries(client);
    }

    /** The application's search of a question. */
    SearchSourceBuilder search(JudgedQuery question) {
        return judged.search(question);
    }

    /** Whether the application's search itself asks for somebody's profile. */
    boolean areByProfile() {
        return judged.asksProfiles();
    }

    private List<JudgedQuery> join(Map<String, Map<String, Double>> chosen) {
        List<String> ids = new ArrayList<>(new TreeSet<>(chosen.keySet()));
        List<JudgedQuery> questions = new ArrayList<>();
        for (int from = 0; from < ids.size(); from += IDS_A_SEARCH) {
            List<String> some = ids.subList(from, Math.min(ids.size(), from + IDS_A_SEARCH));
            SearchSourceBuilder source = new SearchSourceBuilder().size(2 * IDS_A_SEARCH).trackTotalHits(false);
            source.query(QueryBuilders.termsQuery("query_id", some));
            for (SearchHit hit : client.search(new SearchRequest(recorded).source(source)).actionGet().getHits()) {
                JudgedQuery question = question(hit.getSourceAsMap(), chosen);
                if (question != null) {
                    questions.add(question);
                }
            }
        }
        return questions;
    }

    /** Null for a record that lacks what a question needs: people's records are not for us to correct. */
    private static JudgedQuery question(Map<String, Object> record, Map<String, Map<String, Double>> chosen) {
        Map<String, Object> said = new HashMap<>(record);
        Object user = said.get("user_id") != null ? said.get("user_id") : said.get("client_id");
        Map<String, Double> relevant = chosen.get(String.valueOf(said.get("query_id")));
        if (user == null || relevant == null) {
            return null;
        }
        said.put("user_id", user);
        said.put("relevant", relevant);
        try {
            return JudgedQuery.of(new ParsedObject("", said), "");
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
