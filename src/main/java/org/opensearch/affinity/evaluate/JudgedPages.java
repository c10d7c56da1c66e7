package org.opensearch.affinity.evaluate;

import org.opensearch.action.search.CreatePitRequest;
import org.opensearch.action.search.DeletePitRequest;
import org.opensearch.action.search.SearchRequest;
import org.opensearch.action.search.SearchResponse;
import org.opensearch.affinity.xcontent.FieldPath;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.action.ActionListener;
import org.opensearch.search.SearchHit;
import org.opensearch.search.builder.PointInTimeBuilder;
import org.opensearch.search.builder.SearchSourceBuilder;
import org.opensearch.search.sort.ShardDocSortBuilder;
import org.opensearch.transport.client.Client;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/** Judged queries, page by page. Those of a request are one page; those of an index are read from one point in time. Not thread-safe. */
final class JudgedPages {
    /** The figures of all queries are in memory until the end of an evaluation: some tens of megabytes for this many. */
    static final int MAX_QUERIES = 50_000;
    private static final int PAGE = 500;
    /** How long the point in time is kept between two pages. */
    private static final TimeValue KEEP_ALIVE = TimeValue.timeValueMinutes(10);
    private static final FieldPath BODY = FieldPath.body("[affinity] ");

    private final Client client;
    private final LongConsumer total;
    private final String index;
    /** The page of the request; empty once it was read. */
    private List<JudgedQuery> given;
    /** The id of the point in time; null before the first page. */
    private String pit;
    /** The sort values of the last hit of the page before; null before the first page. */
    private Object[] after;

    /** @param total gets the number of all queries, again with each page of an index */
    JudgedPages(Client client, EvaluateRequest request, LongConsumer total) {
        this.client = client;
        this.total = total;
        index = request.index();
        given = request.queries();
        if (index == null) {
            total.accept(given.size());
        }
    }

    /** Answers the next queries; an empty list after the last page. */
    void next(ActionListener<List<JudgedQuery>> listener) {
        if (index == null) {
            List<JudgedQuery> page = given;
            given = List.of();
            listener.onResponse(page);
        } else if (pit == null) {
            client.createPit(new CreatePitRequest(KEEP_ALIVE, false, index), ActionListener.wrap(created -> {
                pit = created.getId();
                read(listener);
            }, listener::onFailure));
        } else {
            read(listener);
        }
    }

    private void read(ActionListener<List<JudgedQuery>> listener) {
        SearchSourceBuilder source = new SearchSourceBuilder().size(PAGE).sort(new ShardDocSortBuilder()).trackTotalHits(true);
        source.pointInTimeBuilder(new PointInTimeBuilder(pit).setKeepAlive(KEEP_ALIVE));
        if (after != null) {
            source.searchAfter(after);
        }
        SearchRequest search = new SearchRequest().source(source).allowPartialSearchResults(false);
        client.search(search, ActionListener.wrap(page -> listener.onResponse(queries(page)), listener::onFailure));
    }

    private List<JudgedQuery> queries(SearchResponse page) {
        long all = page.getHits().getTotalHits().value();
        if (all == 0 || all > MAX_QUERIES) {
            throw BODY.failure("[index] must hold 1 to " + MAX_QUERIES + " judged queries, [" + index + "] holds [" + all + "]");
        }
        total.accept(all);
        List<JudgedQuery> queries = new ArrayList<>();
        for (SearchHit hit : page.getHits()) {
            after = hit.getSortValues();
            if (hit.hasSource() == false) {
                throw BODY.failure("[index] must keep [_source]; [" + index + "] has none of [" + hit.getId() + "]");
            }
            queries.add(JudgedQuery.of(hit.getSourceAsMap(), hit.getId(), BODY.field(index + "[" + hit.getId() + "]")));
        }
        return queries;
    }

    /** Deletes the point in time. */
    void close() {
        if (pit != null) {
            client.deletePits(new DeletePitRequest(pit), ActionListener.wrap(deleted -> {}, e -> {
                // It expires.
            }));
        }
    }
}
