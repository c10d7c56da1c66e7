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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Stores the {@link Progress} of followers: one document a log shard, in the index of the tracker's profiles. In the methods, {@code
 * tracker} is the tracker's name for the generation in use, or the name of one generation. Calls are asynchronous and run with the
 * plugin's own permissions; listeners are called in the caller's thread context. Thread-safe.
 */
public final class ProgressIndex {
    private static final int MAX_SHARDS = 10_000;

    private final Client client;
    private final SystemDocuments documents;

    public ProgressIndex(Client client) {
        this.client = client;
        documents = new SystemDocuments(client);
    }

    /** Reads the progress of a log shard, as of its last write; {@link Progress#START} if there is none. */
    void progress(String tracker, LogShard logShard, ActionListener<Progress> listener) {
        GetRequest request = new GetRequest(IndexNames.PROFILES.alias(tracker), ProfileIndex.idOfShard(logShard.key()));
        documents.asPlugin(listener, wrapped -> client.get(request, ActionListener.map(wrapped, ProgressIndex::progress)));
    }

    /** Reads the progress of several log shards, in their order, as {@link Progress#START} where there is none. */
    public void progress(String tracker, List<LogShard> shards, ActionListener<List<Progress>> listener) {
        List<String> ids = shards.stream().map(logShard -> ProfileIndex.idOfShard(logShard.key())).toList();
        documents.get(IndexNames.PROFILES.alias(tracker), ids, ActionListener.map(listener, found -> {
            List<Progress> progress = new ArrayList<>();
            for (GetResponse document : found) {
                progress.add(progress(document));
            }
            return progress;
        }));
    }

    /** Reads the {@link Progress#readTo} of all log shards ever followed, by their keys, as of the index's last refresh. */
    void readTo(String tracker, ActionListener<Map<String, Long>> listener) {
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
     * Finds the progress that a log shard had before its index was restored. Of the log shards of the same shard number, index name
     * and time of creation that do not exist any more, it is the one whose progress was stored last.
     *
     * @param existingKeys the keys of all existing shards
     * @param listener     called with a progress that is not stored yet, whose origin is the log shard found; null if there is none
     */
    void predecessor(String tracker, LogShard logShard, Set<String> existingKeys, ActionListener<Progress> listener) {
        BoolQueryBuilder sameShard = QueryBuilders.boolQuery().filter(QueryBuilders.termQuery("index", logShard.shard().getIndexName()));
        sameShard.filter(QueryBuilders.termQuery("shard", logShard.shard().id()));
        sameShard.filter(QueryBuilders.termQuery("created", logShard.history().created()));
        SearchSourceBuilder source = new SearchSourceBuilder().size(MAX_SHARDS).query(sameShard).seqNoAndPrimaryTerm(true);
        SearchRequest request = new SearchRequest(IndexNames.PROFILES.alias(tracker)).source(source);
        ActionListener<SearchResponse> found = ActionListener.map(listener, response -> {
            SearchHit last = null;
            for (SearchHit hit : response.getHits()) {
                if (existingKeys.contains(keyOf(hit)) == false && (last == null || hit.getSeqNo() > last.getSeqNo())) {
                    last = hit;
                }
            }
            if (last == null) {
                return null;
            }
            String historyId = keyOf(last).substring(0, keyOf(last).lastIndexOf('/'));
            LogShardOrigin origin = new LogShardOrigin(historyId, logShard.history().firstTerm());
            return progress(last.getSourceAsMap(), last.getSeqNo(), last.getPrimaryTerm()).restored(origin);
        });
        // Refreshes first, because a search sees only what was written before the last refresh.
        RefreshRequest refresh = new RefreshRequest(IndexNames.PROFILES.alias(tracker));
        documents.asPlugin(
            found,
            wrapped -> client.admin()
                .indices()
                .refresh(refresh, ActionListener.wrap(refreshed -> client.search(request, wrapped), wrapped::onFailure))
        );
    }

    /** Returns the key of the log shard of a document with progress. */
    private static String keyOf(SearchHit progress) {
        return progress.getId().substring(ProfileIndex.idOfShard("").length());
    }

    private static Progress progress(GetResponse found) throws IOException {
        return found.isExists() ? progress(found.getSourceAsMap(), found.getSeqNo(), found.getPrimaryTerm()) : Progress.START;
    }

    private static Progress progress(Map<String, Object> source, long seqNo, long primaryTerm) throws IOException {
        Map<String, Long> byName = new HashMap<>();
        ((Map<?, ?>) source.get("skipped")).forEach((reason, count) -> byName.put(reason.toString(), ((Number) count).longValue()));
        Map<SkipReason, Long> skipped = Progress.skipped(byName);
        long readTo = ((Number) source.get("read_to")).longValue();
        long applied = ((Number) source.get("applied")).longValue();
        TasteStatistics tasteStatistics = SystemDocuments.read(source.get("population"), TasteStatistics::new);
        TasteStatistics published = SystemDocuments.read(source.get(ProfileIndex.PUBLISHED_STATISTICS), TasteStatistics::new);
        LogShardOrigin origin = source.containsKey("origin")
            ? new LogShardOrigin((String) source.get("origin"), ((Number) source.get("origin_before")).longValue())
            : LogShardOrigin.NONE;
        return new Progress(readTo, applied, skipped, tasteStatistics, published, origin, seqNo, primaryTerm);
    }

    /**
     * Writes the progress over the version that it was read from; fails if another follower has written it since.
     *
     * @param listener called with the progress as stored
     */
    void save(String tracker, LogShard logShard, Progress progress, ActionListener<Progress> listener) {
        IndexRequest request = new IndexRequest(IndexNames.PROFILES.alias(tracker)).setRequireAlias(true);
        request.id(ProfileIndex.idOfShard(logShard.key()));
        SystemDocuments.ifUnchanged(request, progress.isStored() == false, progress.seqNo(), progress.primaryTerm());
        try {
            XContentBuilder source = SystemDocuments.source();
            source.field("index", logShard.shard().getIndexName()).field("shard", logShard.shard().id());
            source.field("created", logShard.history().created());
            if (progress.origin().equals(LogShardOrigin.NONE) == false) {
                source.field("origin", progress.origin().historyId()).field("origin_before", progress.origin().beforeTerm());
            }
            source.field("read_to", progress.readTo()).field("applied", progress.applied()).startObject("skipped");
            for (Map.Entry<SkipReason, Long> reason : progress.skipped().entrySet()) {
                source.field(Progress.nameOf(reason.getKey()), reason.getValue());
            }
            SystemDocuments.write(source.endObject(), "population", progress.tasteStatistics());
            SystemDocuments.write(source, ProfileIndex.PUBLISHED_STATISTICS, progress.publishedStatistics());
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
