package org.opensearch.affinity.follow;

import org.opensearch.action.admin.indices.refresh.RefreshRequest;
import org.opensearch.action.get.GetRequest;
import org.opensearch.action.get.GetResponse;
import org.opensearch.action.index.IndexRequest;
import org.opensearch.action.search.SearchRequest;
import org.opensearch.action.search.SearchResponse;
import org.opensearch.affinity.cluster.SystemDocuments;
import org.opensearch.affinity.event.Event.SkipReason;
import org.opensearch.affinity.event.LogShard;
import org.opensearch.affinity.event.LogShardOrigin;
import org.opensearch.affinity.profile.ProfileIndex;
import org.opensearch.affinity.tracker.IndexNames;
import org.opensearch.affinity.vector.TasteStatistics;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.index.query.BoolQueryBuilder;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.search.SearchHit;
import org.opensearch.search.builder.SearchSourceBuilder;
import org.opensearch.transport.client.Client;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * How far each log shard was followed: one document a shard, beside the profiles of a tracker, so that both are backed up, restored and deleted
 * together. Asynchronous; runs with the plugin's own rights; calls listeners with the caller's thread context. Thread-safe.
 */
public final class ProgressIndex {
    private static final int MAX_SHARDS = 10_000;

    private final Client client;
    private final SystemDocuments documents;

    public ProgressIndex(Client client) {
        this.client = client;
        documents = new SystemDocuments(client);
    }

    /** How far the slice was read; {@link Progress#START} before the first batch. */
    public void progress(String tracker, LogShard slice, ActionListener<Progress> listener) {
        GetRequest request = new GetRequest(IndexNames.PROFILES.alias(tracker), ProfileIndex.idOfShard(slice.key()));
        documents.asPlugin(listener, wrapped -> client.get(request, ActionListener.map(wrapped, ProgressIndex::progress)));
    }

    /** How far several slices of one tracker were read, in their order. */
    public void progress(String tracker, List<LogShard> slices, ActionListener<List<Progress>> listener) {
        List<String> ids = slices.stream().map(slice -> ProfileIndex.idOfShard(slice.key())).toList();
        documents.get(IndexNames.PROFILES.alias(tracker), ids, ActionListener.map(listener, found -> {
            List<Progress> progress = new ArrayList<>();
            for (GetResponse document : found) {
                progress.add(progress(document));
            }
            return progress;
        }));
    }

    /** How far every slice was read that was ever followed, by its key. */
    public void readTo(String tracker, ActionListener<Map<String, Long>> listener) {
        SearchSourceBuilder source = new SearchSourceBuilder().size(MAX_SHARDS).query(QueryBuilders.existsQuery("read_to"));
        source.fetchSource("read_to", null);
        SearchRequest request = new SearchRequest(IndexNames.PROFILES.alias(tracker)).source(source);
        documents.asPlugin(listener, wrapped -> client.search(request, ActionListener.map(wrapped, response -> {
            Map<String, Long> readTo = new HashMap<>();
            for (SearchHit hit : response.getHits()) {
                Number stored = (Number) hit.getSourceAsMap().get("read_to");
                readTo.put(keyOf(hit), stored.longValue());
            }
            return readTo;
        })));
    }

    /**
     * How far a slice was read before its index was restored: of those that had its index's name and time of creation and are gone
     * the one that was followed last. A slice that is not one of a restored index has none.
     *
     * @param existing the keys of all shards there are
     * @param listener told the progress as of the last write, whose origin is that slice; null without one
     */
    public void predecessor(String tracker, LogShard slice, Set<String> existing, ActionListener<Progress> listener) {
        BoolQueryBuilder earlier = QueryBuilders.boolQuery().filter(QueryBuilders.termQuery("index", slice.shard().getIndexName()));
        earlier.filter(QueryBuilders.termQuery("shard", slice.shard().id()));
        earlier.filter(QueryBuilders.termQuery("created", slice.history().created()));
        SearchSourceBuilder source = new SearchSourceBuilder().size(MAX_SHARDS).query(earlier).seqNoAndPrimaryTerm(true);
        SearchRequest request = new SearchRequest(IndexNames.PROFILES.alias(tracker)).source(source);
        ActionListener<SearchResponse> found = ActionListener.map(listener, response -> {
            SearchHit last = null;
            for (SearchHit hit : response.getHits()) {
                if (existing.contains(keyOf(hit)) == false && (last == null || hit.getSeqNo() > last.getSeqNo())) {
                    last = hit;
                }
            }
            if (last == null) {
                return null;
            }
            String history = keyOf(last).substring(0, keyOf(last).lastIndexOf('/'));
            return progress(last.getSourceAsMap(), last.getSeqNo(), last.getPrimaryTerm()).restored(new LogShardOrigin(history, slice.history().firstTerm()));
        });
        // A search alone sees what was written a second ago.
        documents.asPlugin(
            found,
            wrapped -> client.admin()
                .indices()
                .refresh(new RefreshRequest(IndexNames.PROFILES.alias(tracker)), ActionListener.wrap(seen -> client.search(request, wrapped), wrapped::onFailure))
        );
    }

    private static String keyOf(SearchHit progress) {
        return progress.getId().substring(ProfileIndex.idOfShard("").length());
    }

    private static Progress progress(GetResponse found) throws IOException {
        return found.isExists() ? progress(found.getSourceAsMap(), found.getSeqNo(), found.getPrimaryTerm()) : Progress.START;
    }

    private static Progress progress(Map<String, Object> source, long seqNo, long primaryTerm) throws IOException {
        Map<SkipReason, Long> skipped = new EnumMap<>(SkipReason.class);
        ((Map<?, ?>) source.get("skipped")).forEach(
            (reason, count) -> skipped.put(SkipReason.valueOf(reason.toString().toUpperCase(Locale.ROOT)), ((Number) count).longValue())
        );
        long readTo = ((Number) source.get("read_to")).longValue();
        long applied = ((Number) source.get("applied")).longValue();
        TasteStatistics population = SystemDocuments.read(source.get("population"), TasteStatistics::new);
        TasteStatistics shown = SystemDocuments.read(source.get(ProfileIndex.PUBLISHED_STATISTICS), TasteStatistics::new);
        LogShardOrigin origin = source.containsKey("origin")
            ? new LogShardOrigin((String) source.get("origin"), ((Number) source.get("origin_before")).longValue())
            : LogShardOrigin.NONE;
        return new Progress(readTo, applied, skipped, population, shown, origin, seqNo, primaryTerm);
    }

    /** Writes the progress over the version it came from and answers with the one that is stored now. */
    public void save(String tracker, LogShard slice, Progress progress, ActionListener<Progress> listener) {
        IndexRequest request = new IndexRequest(IndexNames.PROFILES.alias(tracker)).id(ProfileIndex.idOfShard(slice.key())).setRequireAlias(true);
        SystemDocuments.ifUnchanged(request, progress.isStored() == false, progress.seqNo(), progress.primaryTerm());
        try {
            XContentBuilder source = SystemDocuments.source();
            source.field("index", slice.shard().getIndexName()).field("shard", slice.shard().id());
            source.field("created", slice.history().created());
            if (progress.origin().equals(LogShardOrigin.NONE) == false) {
                source.field("origin", progress.origin().historyId()).field("origin_before", progress.origin().beforeTerm());
            }
            source.field("read_to", progress.readTo()).field("applied", progress.applied()).startObject("skipped");
            for (Map.Entry<SkipReason, Long> reason : progress.skipped().entrySet()) {
                source.field(Progress.nameOf(reason.getKey()), reason.getValue());
            }
            SystemDocuments.write(source.endObject(), "population", progress.population());
            SystemDocuments.write(source, ProfileIndex.PUBLISHED_STATISTICS, progress.shown());
            request.source(source.endObject());
        } catch (IOException e) {
            listener.onFailure(e);
            return;
        }
        documents.asPlugin(
            listener,
            wrapped -> client.index(
                request,
                ActionListener.map(wrapped, response -> progress.storedAs(response.getSeqNo(), response.getPrimaryTerm()))
            )
        );
    }
}
