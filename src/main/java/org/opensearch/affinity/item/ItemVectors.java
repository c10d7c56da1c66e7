package org.opensearch.affinity.item;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.ExceptionsHelper;
import org.opensearch.action.admin.indices.refresh.RefreshRequest;
import org.opensearch.action.admin.indices.refresh.RefreshResponse;
import org.opensearch.action.search.SearchRequest;
import org.opensearch.action.search.SearchResponse;
import org.opensearch.action.support.GroupedActionListener;
import org.opensearch.affinity.cluster.RedactedException;
import org.opensearch.affinity.tracker.TrackedItems;
import org.opensearch.common.cache.Cache;
import org.opensearch.common.cache.CacheBuilder;
import org.opensearch.common.document.DocumentField;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.search.SearchHit;
import org.opensearch.search.builder.SearchSourceBuilder;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.client.Client;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Looks up the unit vectors of items by item id, in a bounded cache and then in the item index: a log names the same items many
 * times. Cached vectors are up to a minute old. Thread-safe.
 */
public final class ItemVectors {
    /** The empty vector, the value of an item that has none. */
    private static final float[] NO_VECTOR = new float[0];
    private static final int IDS_PER_SEARCH = ItemSearchLimits.DEFAULT.ids();
    private static final int MAX_LIMITS = 1_000;
    private static final long MAX_CACHED_BYTES = 64L << 20;
    private static final TimeValue MAX_AGE = TimeValue.timeValueMinutes(1);

    private static final int MAX_CACHED_UNKNOWN = 100_000;
    private static final TimeValue REFRESH_DELAY = TimeValue.timeValueMillis(200);

    private record Key(String index, String idField, String vectorField, String item) {}

    private final Client client;
    private final Cache<Key, float[]> cache = CacheBuilder.<Key, float[]>builder()
        .setMaximumWeight(MAX_CACHED_BYTES)
        .weigher((key, vector) -> 200L + 4L * vector.length)
        .setExpireAfterWrite(MAX_AGE)
        .build();
    /** Items that were not found even after a refresh. */
    private final Cache<Key, Boolean> unknown = CacheBuilder.<Key, Boolean>builder()
        .setMaximumWeight(MAX_CACHED_UNKNOWN)
        .setExpireAfterWrite(MAX_AGE)
        .build();
    /** By item index, for those whose settings allow less than the default. */
    private final Cache<String, ItemSearchLimits> limits = CacheBuilder.<String, ItemSearchLimits>builder()
        .setMaximumWeight(MAX_LIMITS)
        .build();

    public ItemVectors(Client client) {
        this.client = client;
    }

    /**
     * Looks up vectors.
     *
     * @param items    index and fields to look in; they are searched with the plugin's own permissions
     * @param listener gets the vectors by item id: of unit length, or empty for an item without a vector or with a zero vector; items
     *                 that are not in the index are left out. The map is the caller's; the arrays are shared with the cache and must
     *                 not be changed
     */
    public void find(TrackedItems items, Collection<String> ids, ActionListener<Map<String, float[]>> listener) {
        Map<String, float[]> found = new HashMap<>();
        List<String> missing = new ArrayList<>();
        for (String id : ids) {
            float[] vector = cache.get(key(items, id));
            if (vector == null) {
                missing.add(id);
            } else {
                found.put(id, vector);
            }
        }
        if (missing.isEmpty()) {
            listener.onResponse(found);
            return;
        }
        int searches = (missing.size() + IDS_PER_SEARCH - 1) / IDS_PER_SEARCH;
        ActionListener<Map<String, float[]>> all = new GroupedActionListener<>(ActionListener.map(listener, parts -> {
            parts.forEach(found::putAll);
            return found;
        }), searches);
        for (int from = 0; from < missing.size(); from += IDS_PER_SEARCH) {
            new LookUp(items, missing.subList(from, Math.min(from + IDS_PER_SEARCH, missing.size())), all).next();
        }
    }

    /**
     * Looks up vectors as {@link #find} does, and looks up items that are not found once more after a refresh of the item index: an
     * item and an event on it may be written within the same second. An item that is still not found counts as unknown for a minute,
     * without a further refresh.
     */
    public void findWithRefresh(TrackedItems items, Collection<String> ids, ActionListener<Map<String, float[]>> listener) {
        find(items, ids, ActionListener.wrap(found -> {
            List<String> missing = ids.stream()
                .filter(id -> found.containsKey(id) == false && unknown.get(key(items, id)) == null)
                .toList();
            if (missing.isEmpty()) {
                listener.onResponse(found);
                return;
            }
            ThreadPool pool = client.threadPool();
            // The delay bounds the rate of refreshes, however many unknown items a log names.
            pool.schedule(() -> refresh(items, ActionListener.wrap(refreshed -> find(items, missing, ActionListener.map(listener, late -> {
                missing.stream().filter(id -> late.containsKey(id) == false).forEach(id -> unknown.put(key(items, id), true));
                found.putAll(late);
                return found;
            })), listener::onFailure)), REFRESH_DELAY, ThreadPool.Names.SAME);
        }, listener::onFailure));
    }

    private void refresh(TrackedItems items, ActionListener<RefreshResponse> listener) {
        ThreadContext context = client.threadPool().getThreadContext();
        try (ThreadContext.StoredContext ignored = context.stashContext()) {
            client.admin().indices().refresh(new RefreshRequest(items.index()), listener);
        }
    }

    /**
     * One look-up of some ids, by as many searches as it needs, one after another. An answer of as many hits as a search may return can lack
     * documents, where an id has many of them; the ids that it lacks are searched for again. Every such answer finds at least one id.
     */
    private final class LookUp {
        private final TrackedItems items;
        private final ActionListener<Map<String, float[]>> listener;
        private final Map<String, float[]> found = new HashMap<>();
        private final List<String> pending;
        private boolean readLimits;

        LookUp(TrackedItems items, List<String> ids, ActionListener<Map<String, float[]>> listener) {
            this.items = items;
            this.listener = listener;
            pending = new ArrayList<>(ids);
        }

        void next() {
            ItemSearchLimits known = limits.get(items.index());
            ItemSearchLimits used = known == null ? ItemSearchLimits.DEFAULT : known;
            List<String> ids = List.copyOf(pending.subList(0, Math.min(pending.size(), used.ids())));
            search(items, ids, used.hits(), ActionListener.wrap(response -> {
                read(items, response, found);
                boolean isComplete = response.getHits().getHits().length < used.hits();
                pending.subList(0, ids.size()).removeIf(id -> isComplete || found.containsKey(id));
                if (pending.isEmpty()) {
                    listener.onResponse(found);
                } else {
                    next();
                }
            }, e -> failed(used, e)));
        }

        /** Searches again if the search asked for more than a setting of the index allows. */
        private void failed(ItemSearchLimits used, Exception failure) {
            if (readLimits || ExceptionsHelper.status(failure) != RestStatus.BAD_REQUEST) {
                listener.onFailure(failure);
                return;
            }
            readLimits = true;
            ThreadContext context = client.threadPool().getThreadContext();
            try (ThreadContext.StoredContext ignored = context.stashContext()) {
                ItemSearchLimits.read(items.index(), client, ActionListener.wrap(read -> {
                    if (read.equals(used)) {
                        listener.onFailure(failure);
                    } else {
                        limits.put(items.index(), read);
                        next();
                    }
                }, listener::onFailure));
            }
        }
    }

    private void search(TrackedItems items, List<String> ids, int hits, ActionListener<SearchResponse> listener) {
        // If several documents have the same item id, which one's vector is used is undefined.
        SearchSourceBuilder source = new SearchSourceBuilder().size(hits).fetchSource(false).trackTotalHits(false);
        source.fetchField(items.vectorField());
        if (byDocumentId(items)) {
            source.query(QueryBuilders.idsQuery().addIds(ids.toArray(String[]::new)));
        } else {
            source.query(QueryBuilders.termsQuery(items.idField(), ids)).docValueField(items.idField());
        }
        ThreadContext context = client.threadPool().getThreadContext();
        try (ThreadContext.StoredContext ignored = context.stashContext()) {
            SearchRequest request = new SearchRequest(items.index()).source(source).allowPartialSearchResults(false);
            // Without the index's default search pipeline, which may rewrite requests and hits.
            client.search(request.pipeline("_none"), listener);
        }
    }

    private static boolean byDocumentId(TrackedItems items) {
        return items.idField().equals("_id");
    }

    /** Adds the vectors of hits to those that are known; an empty one does not replace another. */
    private void read(TrackedItems items, SearchResponse response, Map<String, float[]> vectors) {
        for (SearchHit hit : response.getHits()) {
            float[] vector = vector(hit.field(items.vectorField()));
            for (String id : ids(items, hit)) {
                if (vector.length > 0 || vectors.containsKey(id) == false) {
                    vectors.put(id, vector);
                }
                if (vector.length > 0) {
                    cache.put(key(items, id), vector);
                }
            }
        }
    }

    private static List<String> ids(TrackedItems items, SearchHit hit) {
        if (byDocumentId(items)) {
            return List.of(hit.getId());
        }
        DocumentField field = hit.field(items.idField());
        if (field == null) {
            throw new RedactedException.LoggableStateException(
                "[affinity] field [" + items.idField() + "] of index [" + hit.getIndex() + "] has no doc values: item ids cannot be read"
            );
        }
        return field.getValues().stream().map(Object::toString).toList();
    }

    /** A new unit vector, or the empty one. */
    private static float[] vector(DocumentField field) {
        if (field == null) {
            return NO_VECTOR;
        }
        float[] vector = new float[field.getValues().size()];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = ((Number) field.getValues().get(i)).floatValue();
        }
        // Fields of types other than affinity_vector may hold vectors of any length.
        return VectorUtil.dotProduct(vector, vector) == 0 ? NO_VECTOR : VectorUtil.l2normalize(vector);
    }

    private static Key key(TrackedItems items, String item) {
        return new Key(items.index(), items.idField(), items.vectorField(), item);
    }
}
