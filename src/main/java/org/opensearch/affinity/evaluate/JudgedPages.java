package org.opensearch.affinity.evaluate;

import org.opensearch.action.search.CreatePitRequest;
import org.opensearch.action.search.DeletePitRequest;
import org.opensearch.action.search.SearchRequest;
import org.opensearch.action.search.SearchResponse;
import org.opensearch.affinity.xcontent.ParsedObject;
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

/** Judged queries, page by page: those of a request are one page, those of an index are read as of one moment. Not thread-safe. */
final class JudgedPages {
    /** Numbers of that many queries are kept until the end: some tens of megabytes. */
    static final int MAX_QUERIES = 50_000;
    private static final int PAGE = 500;
    private static final TimeValue PAUSE = TimeValue.timeValueMinutes(10);

    private final Client client;
    private final LongConsumer total;
    private final String index;
    private List<JudgedQuery> given;
    private String pit;
    private Object[] after;

    JudgedPages(Client client, EvaluateRequest request, LongConsumer total) {
        this.client = client;
        this.total = total;
        index = request.index();
        given = request.queries();
        if (index == null) {
            total.accept(given.size());
        }
    }

    /** Answers with the next queries; none when there are no more. */
    void next(ActionListener<List<JudgedQuery>> listener) {
        if (index == null) {
            List<JudgedQuery> page = given;
            given = List.of();
            listener.onResponse(page);
        } else if (pit == null) {
            client.createPit(new CreatePitRequest(PAUSE, false, index), ActionListener.wrap(created -> {
                pit = created.getId();
                read(listener);
            }, listener::onFailure));
        } else {
            read(listener);
        }
    }

    private void read(ActionListener<List<JudgedQuery>> listener) {
        SearchSourceBuilder source = new SearchSourceBuilder().size(PAGE).sort(new ShardDocSortBuilder()).trackTotalHits(true);
        source.pointInTimeBuilder(new PointInTimeBuilder(pit).setKeepAlive(PAUSE));
        if (after != null) {
            source.searchAfter(after);
        }
        SearchRequest search = new SearchRequest().source(source).allowPartialSearchResults(false);
        client.search(search, ActionListener.wrap(page -> {
            List<JudgedQuery> queries;
            try {
                queries = queries(page);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("[affinity] " + e.getMessage(), e);
            }
            listener.onResponse(queries);
        }, listener::onFailure));
    }

    private List<JudgedQuery> queries(SearchResponse page) {
        long all = page.getHits().getTotalHits().value();
        if (all == 0 || all > MAX_QUERIES) {
            throw new IllegalArgumentException("[index] must hold 1 to " + MAX_QUERIES + " judged queries, [" + index + "] holds [" + all + "]");
        }
        total.accept(all);
        List<JudgedQuery> queries = new ArrayList<>();
        for (SearchHit hit : page.getHits()) {
            after = hit.getSortValues();
            if (hit.hasSource() == false) {
                throw new IllegalArgumentException("[index] must keep [_source]; [" + index + "] has none of [" + hit.getId() + "]");
            }
            queries.add(JudgedQuery.of(new ParsedObject(index + "[" + hit.getId() + "]", hit.getSourceAsMap()), hit.getId()));
        }
        return queries;
    }

    /** Gives up the moment as of which it read. */
    void close() {
        if (pit != null) {
            client.deletePits(new DeletePitRequest(pit), ActionListener.wrap(deleted -> {}, e -> {
                // It ends by itself in a while.
            }));
        }
    }
}
