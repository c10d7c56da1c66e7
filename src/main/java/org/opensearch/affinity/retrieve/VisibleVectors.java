package org.opensearch.affinity.retrieve;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.action.search.SearchRequest;
import org.opensearch.action.search.SearchResponse;
import org.opensearch.action.support.ListenerTimeouts;
import org.opensearch.affinity.tracker.TrackedItems;
import org.opensearch.common.document.DocumentField;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.action.ActionListener;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.search.SearchHit;
import org.opensearch.search.builder.SearchSourceBuilder;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.client.Client;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads the vectors of items with the rights of the caller: an item that the caller may not see is an item that does not exist. Therefore
 * nothing is cached.
 *
 * @param items the index and its fields
 */
record VisibleVectors(TrackedItems items) {
    /** Several documents may have the same item id. */
    private static final int MAX_HITS = 8 * SimilarQueryBuilder.MAX_ITEMS;

    /**
     * Looks up vectors.
     *
     * @param ids      at most {@link SimilarQueryBuilder#MAX_ITEMS}
     * @param listener gets the vectors by item id, as they are stored; items without a vector, or with a zero vector, are left out
     */
    void find(Client client, List<String> ids, TimeValue timeout, ActionListener<Map<String, float[]>> listener) {
        SearchSourceBuilder source = new SearchSourceBuilder().size(MAX_HITS).fetchSource(false).trackTotalHits(false);
        source.fetchField(items.vectorField());
        if (byDocumentId()) {
            source.query(QueryBuilders.idsQuery().addIds(ids.toArray(String[]::new)));
        } else {
            source.query(QueryBuilders.termsQuery(items.idField(), ids)).docValueField(items.idField());
        }
        // Without the index's default search pipeline, which may change the search.
        SearchRequest search = new SearchRequest(items.index()).source(source).allowPartialSearchResults(false).pipeline("_none");
        ActionListener<SearchResponse> found = ActionListener.map(listener, this::vectors);
        String name = SimilarQueryBuilder.NAME;
        client.search(search, ListenerTimeouts.wrapWithTimeout(client.threadPool(), found, timeout, ThreadPool.Names.GENERIC, name));
    }

    private boolean byDocumentId() {
        return items.idField().equals("_id");
    }

    private Map<String, float[]> vectors(SearchResponse response) {
        Map<String, float[]> vectors = new TreeMap<>();
        for (SearchHit hit : response.getHits()) {
            DocumentField field = hit.field(items.vectorField());
            float[] vector = field == null ? new float[0] : vector(field.getValues());
            if (VectorUtil.dotProduct(vector, vector) > 0) {
                List<Object> ids = byDocumentId() ? List.of(hit.getId()) : hit.field(items.idField()).getValues();
                ids.forEach(id -> vectors.putIfAbsent(id.toString(), vector));
            }
        }
        return vectors;
    }

    private static float[] vector(List<Object> values) {
        float[] vector = new float[values.size()];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = ((Number) values.get(i)).floatValue();
        }
        return vector;
    }
}
