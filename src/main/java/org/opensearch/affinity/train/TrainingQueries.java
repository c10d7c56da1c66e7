package org.opensearch.affinity.train;

import org.opensearch.affinity.evaluate.JudgedQuery;
import org.opensearch.affinity.evaluate.JudgedSearches;
import org.opensearch.affinity.tracker.UserNames;
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

    /**
     * The judged queries of users all of whose events are there; none if no weights are to be learned. Other users would look like people
     * who did nothing before.
     *
     * @param names the names of users in the interactions
     */
    List<JudgedQuery> of(Interactions interactions, UserNames names) {
        List<JudgedQuery> all = all(interactions);
        List<JudgedQuery> queries = all.stream().filter(query -> interactions.areAllOf(names.of(query.user()))).toList();
        counts.drop(QueryCounts.Dropped.NOT_IN_SAMPLE, all.size() - queries.size());
        return queries;
    }

    private List<JudgedQuery> all(Interactions interactions) {
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
