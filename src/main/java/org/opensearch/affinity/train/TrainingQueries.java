package org.opensearch.affinity.train;

import org.opensearch.affinity.evaluate.JudgedQuery;
import org.opensearch.affinity.evaluate.JudgedSearches;
import org.opensearch.search.builder.SearchSourceBuilder;
import org.opensearch.transport.client.Client;

import java.util.List;

/** The judged queries that weights are learned from: given in the request, or joined from UBI's queries and the log. Calls block. */
final class TrainingQueries {
    private final Client client;
    private final JudgedSearches judged;
    private final RecordedQueries recorded;
    private final QueryCounts counts;

    /**
     * @param judged   queries and searches; null for none
     * @param recorded UBI's queries, which are joined with the events that name them; null if judged queries are given
     * @param counts   of these queries
     */
    TrainingQueries(Client client, JudgedSearches judged, RecordedQueries recorded, QueryCounts counts) {
        this.client = client;
        this.judged = judged;
        this.recorded = recorded;
        this.counts = counts;
    }

    /** Whether weights are to be learned. */
    boolean areAsked() {
        return judged != null;
    }

    /** Whether the relevant items are those of events in the log. */
    boolean areInLog() {
        return recorded != null;
    }

    /** All judged queries; none if no weights are to be learned. */
    List<JudgedQuery> of(Interactions interactions) {
        if (recorded != null) {
            return recorded.join(interactions.chosen());
        }
        List<JudgedQuery> queries = judged == null ? List.of() : judged.queries(client);
        counts.read(queries.size());
        return queries;
    }

    /** The application's search of a query. */
    SearchSourceBuilder search(JudgedQuery query) {
        return judged.search(query);
    }

    /** Whether the application's search itself reads profiles. */
    boolean areByProfile() {
        return judged.asksProfiles();
    }

    QueryCounts counts() {
        return counts;
    }
}
