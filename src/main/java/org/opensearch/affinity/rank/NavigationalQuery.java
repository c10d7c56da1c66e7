package org.opensearch.affinity.rank;

import org.opensearch.action.search.SearchRequest;
import org.opensearch.action.search.SearchResponse;
import org.opensearch.action.support.ListenerTimeouts;
import org.opensearch.affinity.tracker.TrackedItems;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.action.ActionListener;
import org.opensearch.index.query.BoolQueryBuilder;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.search.SearchHit;
import org.opensearch.search.builder.SearchSourceBuilder;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.client.Client;

import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * Whether a query names one item: by its id, or by all of a title. Who asks for that item wants that item, whatever else he
 * likes. One small search of the item index as the caller, beside the one that was asked for.
 */
public record NavigationalQuery(String text, TrackedItems items) {
    private static final TimeValue TIMEOUT = TimeValue.timeValueMillis(50);
    private static final int CANDIDATES = 10;
    private static final String BY_ID = "by_id";

    /** Answers no where the search fails or takes too long: most queries are not precise. */
    public void test(Client client, ActionListener<Boolean> listener) {
        SearchSourceBuilder source = new SearchSourceBuilder().size(CANDIDATES).fetchSource(false).trackTotalHits(false).timeout(TIMEOUT);
        source.query(query());
        items.textFields().forEach(source::fetchField);
        SearchRequest search = new SearchRequest(items.index()).source(source);
        // The index's own pipeline would ask this question again.
        search.pipeline("_none");
        ActionListener<SearchResponse> found = ActionListener.wrap(
            response -> listener.onResponse(names(response)),
            e -> listener.onResponse(false)
        );
        client.search(search, ListenerTimeouts.wrapWithTimeout(client.threadPool(), found, TIMEOUT, ThreadPool.Names.GENERIC, "precise query"));
    }

    private BoolQueryBuilder query() {
        BoolQueryBuilder query = QueryBuilders.boolQuery();
        if (items.idField().equals("_id")) {
            query.should(QueryBuilders.idsQuery().addIds(text).queryName(BY_ID));
        } else {
            query.should(QueryBuilders.termQuery(items.idField(), text).queryName(BY_ID));
        }
        items.textFields().forEach(field -> query.should(QueryBuilders.matchPhraseQuery(field, text)));
        return query;
    }

    private boolean names(SearchResponse found) {
        int titles = 0;
        for (SearchHit hit : found.getHits()) {
            if (hit.getMatchedQueries().length > 0) {
                return true;
            }
            List<Object> texts = items.textFields().stream().map(hit::field).filter(Objects::nonNull).flatMap(f -> f.getValues().stream()).toList();
            titles += texts.stream().anyMatch(value -> plain(value.toString()).equals(plain(text))) ? 1 : 0;
        }
        // A text that several items share is a category, not a title.
        return titles == 1;
    }

    private static String plain(String text) {
        return text.toLowerCase(Locale.ROOT).strip().replaceAll("[\\s\\p{Punct}]+", " ");
    }
}
