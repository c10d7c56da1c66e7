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
 * Asks one query in all ways, one search after another, with the rights of whoever evaluates. The profile is looked at last: what
 * it knew while the searches ran, it still knows then, so a leak cannot slip through between two looks. Thread-safe.
 */
final class QueryComparison {
    private static final TimeValue PATIENCE = TimeValue.timeValueSeconds(30);
    private static final TimeValue PAUSE = TimeValue.timeValueMillis(100);
    private static final int ATTEMPTS = 5;

    private final Client client;
    private final Tracker tracker;
    private final SearchTemplate template;
    private final int deepestCut;
    private final Supplier<ThreadContext.StoredContext> callers;

    /** Made in the caller's thread context, which all of its searches have. */
    QueryComparison(Client client, Tracker tracker, SearchTemplate template, int deepestCut) {
        this.client = client;
        this.tracker = tracker;
        this.template = template;
        this.deepestCut = deepestCut;
        // Without response headers: each search's warnings are its own.
        callers = client.threadPool().getThreadContext().newRestorableContext(false);
    }

    /**
     * What a query brought.
     *
     * @param leak        why the figures would be worth nothing; null where they are fine
     * @param knownEvents how many events of the user were known
     * @param found       item ids by ranking, best first
     * @param vectors     of the first items of each list, by id
     */
    record Brought(String leak, long knownEvents, Map<RankedBy, List<String>> found, Map<String, float[]> vectors) {}

    void run(JudgedQuery query, ActionListener<Brought> listener) {
        ask(query, new EnumMap<>(RankedBy.class), listener);
    }

    private void ask(JudgedQuery query, Map<RankedBy, List<String>> found, ActionListener<Brought> listener) {
        if (found.size() == RankedBy.values().length) {
            lookAtProfile(query, found, listener);
            return;
        }
        RankedBy by = RankedBy.values()[found.size()];
        search(query, by, 1, ActionListener.wrap(ids -> {
            found.put(by, ids);
            ask(query, found, listener);
        }, listener::onFailure));
    }

    private void search(JudgedQuery query, RankedBy by, int attempt, ActionListener<List<String>> listener) {
        ThreadContext context = client.threadPool().getThreadContext();
        try (ThreadContext.StoredContext ignored = callers.get()) {
            SearchRequest search = new SearchRequest(tracker.items().index()).source(template.search(query, by)).allowPartialSearchResults(false);
            // A default pipeline may personalise what is to be plain.
            search.pipeline("_none");
            client.search(search, ActionListener.wrap(answer -> {
                Optional<String> warning = warnings(context).stream().filter(said -> said.contains("[affinity")).findAny();
                if (warning.isEmpty() && answer.isTimedOut() == false) {
                    listener.onResponse(ids(answer));
                } else if (attempt < ATTEMPTS) {
                    client.threadPool().schedule(() -> search(query, by, attempt + 1, listener), PAUSE, ThreadPool.Names.GENERIC);
                } else {
                    String why = warning.orElse("it timed out");
                    throw new OpenSearchStatusException("[affinity] query [{}] was not answered in full by [{}], [{}] times: [{}]", RestStatus.SERVICE_UNAVAILABLE, query.id(), by, attempt, why);
                }
            }, listener::onFailure));
        } catch (IOException | RuntimeException e) {
            listener.onFailure(e);
        }
    }

    private static List<String> warnings(ThreadContext context) {
        return context.getResponseHeaders().getOrDefault("Warning", List.of());
    }

    private List<String> ids(SearchResponse answer) {
        List<String> ids = new ArrayList<>();
        for (SearchHit hit : answer.getHits()) {
            DocumentField named = hit.field(tracker.items().idField());
            ids.add(tracker.items().idField().equals("_id") ? hit.getId() : named == null ? "" : named.getValue().toString());
        }
        return ids;
    }

    private void lookAtProfile(JudgedQuery query, Map<RankedBy, List<String>> found, ActionListener<Brought> listener) {
        try (ThreadContext.StoredContext ignored = callers.get()) {
            GetProfileAction.Request get = new GetProfileAction.Request(tracker.name(), query.user(), PATIENCE);
            client.execute(GetProfileAction.INSTANCE, get, ActionListener.wrap(answer -> {
                long events = answer.profile() == null ? 0 : answer.profile().events();
                if (answer.profile() != null && answer.profile().lastEvent() >= query.time()) {
                    listener.onResponse(new Brought(leak(query, answer.profile().lastEvent()), events, found, Map.of()));
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
            + "] was asked at ["
            + query.when()
            + "], and the user's profile holds an event of ["
            + Instant.ofEpochMilli(lastEvent)
            + "]: it may know what was wanted. Index events at or after a query's time when the query has been evaluated,"
            + " or leave such queries out with [leaks] [skip]";
    }

    /** With the plugin's rights: they go into one number. */
    private void readVectors(long events, Map<RankedBy, List<String>> found, ActionListener<Brought> listener) {
        List<String> first = found.values().stream().flatMap(ids -> QueryOutcome.first(ids, deepestCut).stream()).distinct().toList();
        if (first.isEmpty()) {
            listener.onResponse(new Brought(null, events, found, Map.of()));
            return;
        }
        ThreadContext context = client.threadPool().getThreadContext();
        ActionListener<GetItemVectorsAction.Response> read = ActionListener.wrap(
            answer -> listener.onResponse(new Brought(null, events, found, answer.vectors())),
            listener::onFailure
        );
        ActionListener<GetItemVectorsAction.Response> inContext = ContextPreservingActionListener.wrapPreservingContext(read, context);
        try (ThreadContext.StoredContext ignored = context.stashContext()) {
            client.execute(GetItemVectorsAction.INSTANCE, new GetItemVectorsAction.Request(tracker.name(), first, PATIENCE), inContext);
        }
    }
}
