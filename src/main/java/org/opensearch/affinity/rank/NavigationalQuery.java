package org.opensearch.affinity.rank;

import org.opensearch.action.search.SearchRequest;
import org.opensearch.action.search.SearchResponse;
import org.opensearch.action.support.ListenerTimeouts;
import org.opensearch.affinity.tracker.TrackedItems;
import org.opensearch.common.document.DocumentField;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.action.ActionListener;
import org.opensearch.index.query.BoolQueryBuilder;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.search.SearchHit;
import org.opensearch.search.builder.SearchSourceBuilder;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.client.Client;

import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Tests whether a query is navigational: its text is the id of an item, or the whole text of a text field that only one item has. Such a
 * search is not personalised, because the user wants this item. The test is one small search of the item index, with the rights of the
 * caller.
 *
 * @param text  what the user typed
 * @param items of the tracker
 */
public record NavigationalQuery(String text, TrackedItems items) {
    private static final TimeValue TIMEOUT = TimeValue.timeValueMillis(50);
    private static final int CANDIDATES = 10;
    private static final String BY_ID = "by_id";

    /**
     * Answers whether the query is navigational. Never fails: the answer is false, as for most queries, if the search fails or takes longer
     * than 50 ms.
     */
    public void test(Client client, ActionListener<Boolean> listener) {
        SearchSourceBuilder source = new SearchSourceBuilder().size(CANDIDATES).fetchSource(false).trackTotalHits(false).timeout(TIMEOUT);
        source.query(query());
        items.textFields().forEach(source::fetchField);
        SearchRequest search = new SearchRequest(items.index()).source(source);
        // The default pipeline of the index could add the rescorer, which would run this test again.
        search.pipeline("_none");
        ActionListener<SearchResponse> answer = ActionListener.wrap(
            response -> listener.onResponse(namesOneItem(response)),
            e -> listener.onResponse(false)
        );
        String name = "navigational query";
        client.search(search, ListenerTimeouts.wrapWithTimeout(client.threadPool(), answer, TIMEOUT, ThreadPool.Names.GENERIC, name));
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

    private boolean namesOneItem(SearchResponse response) {
        String queryText = normalized(text);
        int matches = 0;
        for (SearchHit hit : response.getHits()) {
            if (hit.getMatchedQueries().length > 0) {
                return true;
            }
            Stream<DocumentField> fields = items.textFields().stream().map(hit::field).filter(Objects::nonNull);
            Stream<Object> values = fields.flatMap(field -> field.getValues().stream());
            matches += values.anyMatch(value -> normalized(value.toString()).equals(queryText)) ? 1 : 0;
        }
        // A text that several items share is a category.
        return matches == 1;
    }

    /** Lower case, with one space for white space and punctuation. */
    private static String normalized(String text) {
        return text.toLowerCase(Locale.ROOT).strip().replaceAll("[\\s\\p{Punct}]+", " ");
    }
}
