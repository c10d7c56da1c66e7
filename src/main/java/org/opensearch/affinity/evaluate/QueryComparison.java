package org.opensearch.affinity.evaluate;

import org.opensearch.OpenSearchStatusException;
import org.opensearch.action.search.SearchRequest;
import org.opensearch.action.search.SearchResponse;
import org.opensearch.action.support.ContextPreservingActionListener;
import org.opensearch.affinity.item.GetItemVectorsAction;
import org.opensearch.affinity.profile.GetProfileAction;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.common.document.DocumentField;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.search.SearchHit;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.client.Client;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Runs one query with each ranking, one search after another, with the caller's permissions. Then it reads the profile, to find
 * leaks: events at or after the query's time. A profile never loses an event that a search saw, so reading it last finds every leak.
 * Thread-safe.
 */
final class QueryComparison {
    private static final TimeValue TIMEOUT = TimeValue.timeValueSeconds(30);
    private static final TimeValue RETRY_DELAY = TimeValue.timeValueMillis(100);
    private static final int MAX_ATTEMPTS = 5;

    private final Client client;
    private final Tracker tracker;
    private final SearchTemplate template;
    private final int deepestCut;
    private final Supplier<ThreadContext.StoredContext> callerContext;

    /** Must be called in the caller's thread context, in which all searches run. */
    QueryComparison(Client client, Tracker tracker, SearchTemplate template, int deepestCut) {
        this.client = client;
        this.tracker = tracker;
        this.template = template;
        this.deepestCut = deepestCut;
        // Does not preserve response headers, so that each search has only its own warnings.
        callerContext = client.threadPool().getThreadContext().newRestorableContext(false);
    }

    /**
     * The results of a query.
     *
     * @param leak        an error message if the profile has an event at or after the query's time, else null
     * @param knownEvents number of events of the profile
     * @param found       by ranking, the item ids in the order of their ranks
     * @param vectors     unit vectors of the first items of each list, by id; empty after a leak
     */
    record Results(String leak, long knownEvents, Map<RankedBy, List<String>> found, Map<String, float[]> vectors) {}

    void run(JudgedQuery query, ActionListener<Results> listener) {
        searchAll(query, new EnumMap<>(RankedBy.class), listener);
    }

    private void searchAll(JudgedQuery query, Map<RankedBy, List<String>> found, ActionListener<Results> listener) {
        if (found.size() == RankedBy.values().length) {
            readProfile(query, found, listener);
            return;
        }
        RankedBy ranking = RankedBy.values()[found.size()];
        search(query, ranking, 1, ActionListener.wrap(ids -> {
            found.put(ranking, ids);
            searchAll(query, found, listener);
        }, listener::onFailure));
    }

    private void search(JudgedQuery query, RankedBy ranking, int attempt, ActionListener<List<String>> listener) {
        ThreadContext context = client.threadPool().getThreadContext();
        try (ThreadContext.StoredContext ignored = callerContext.get()) {
            SearchRequest search = new SearchRequest(tracker.items().index()).source(template.search(query, ranking));
            // A default pipeline may personalise the search.
            search.allowPartialSearchResults(false).pipeline("_none");
            client.search(search, ActionListener.wrap(response -> {
                Optional<String> problem = problem(response, context);
                if (problem.isEmpty()) {
                    listener.onResponse(ids(response));
                } else if (attempt < MAX_ATTEMPTS) {
                    Runnable retry = () -> search(query, ranking, attempt + 1, listener);
                    client.threadPool().schedule(retry, RETRY_DELAY, ThreadPool.Names.GENERIC);
                } else {
                    throw new OpenSearchStatusException(
                        "[affinity] the [{}] search of query [{}] was incomplete in [{}] attempts: [{}]",
                        RestStatus.SERVICE_UNAVAILABLE,
                        ranking,
                        query.id(),
                        attempt,
                        problem.get()
                    );
                }
            }, listener::onFailure));
        } catch (IOException | RuntimeException e) {
            listener.onFailure(e);
        }
    }

    /** Returns why a response is incomplete: a warning of this plugin, or a timeout. */
    private static Optional<String> problem(SearchResponse response, ThreadContext context) {
        List<String> warnings = context.getResponseHeaders().getOrDefault("Warning", List.of());
        Optional<String> warning = warnings.stream().filter(text -> text.contains("[affinity")).findAny();
        return warning.or(() -> response.isTimedOut() ? Optional.of("the search timed out") : Optional.empty());
    }

    private List<String> ids(SearchResponse response) {
        List<String> ids = new ArrayList<>();
        for (SearchHit hit : response.getHits()) {
            DocumentField field = hit.field(tracker.items().idField());
            ids.add(tracker.items().idField().equals("_id") ? hit.getId() : field == null ? "" : field.getValue().toString());
        }
        return ids;
    }

    private void readProfile(JudgedQuery query, Map<RankedBy, List<String>> found, ActionListener<Results> listener) {
        try (ThreadContext.StoredContext ignored = callerContext.get()) {
            GetProfileAction.Request request = new GetProfileAction.Request(tracker.name(), query.user(), TIMEOUT);
            client.execute(GetProfileAction.INSTANCE, request, ActionListener.wrap(response -> {
                long events = response.profile() == null ? 0 : response.profile().events();
                if (response.profile() != null && response.profile().lastEvent() >= query.time()) {
                    listener.onResponse(new Results(leak(query, response.profile().lastEvent()), events, found, Map.of()));
                } else {
                    readVectors(events, found, listener);
                }
            }, listener::onFailure));
        }
    }

    private static String leak(JudgedQuery query, long lastEvent) {
        return "[affinity] query ["
            + query.id()
            + "] of user ["
            + query.user()
            + "] is from ["
            + query.when()
            + "], but the user's profile already has an event of ["
            + Instant.ofEpochMilli(lastEvent)
            + "], which may reveal the relevant items; evaluate a query before indexing later events, or leave such queries out with"
            + " [leaks] [skip]";
    }

    /** Reads vectors with the plugin's rights, because the response has only a mean over all of them. */
    private void readVectors(long events, Map<RankedBy, List<String>> found, ActionListener<Results> listener) {
        List<String> first = found.values().stream().flatMap(ids -> QueryOutcome.first(ids, deepestCut).stream()).distinct().toList();
        if (first.isEmpty()) {
            listener.onResponse(new Results(null, events, found, Map.of()));
            return;
        }
        ThreadContext context = client.threadPool().getThreadContext();
        ActionListener<GetItemVectorsAction.Response> read = ActionListener.wrap(
            response -> listener.onResponse(new Results(null, events, found, response.vectors())),
            listener::onFailure
        );
        ActionListener<GetItemVectorsAction.Response> inContext = ContextPreservingActionListener.wrapPreservingContext(read, context);
        try (ThreadContext.StoredContext ignored = context.stashContext()) {
            client.execute(GetItemVectorsAction.INSTANCE, new GetItemVectorsAction.Request(tracker.name(), first, TIMEOUT), inContext);
        }
    }
}
