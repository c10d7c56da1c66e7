package org.opensearch.affinity.train;

import org.opensearch.action.admin.indices.mapping.get.GetMappingsRequest;
import org.opensearch.action.search.CreatePitAction;
import org.opensearch.action.search.CreatePitRequest;
import org.opensearch.action.search.DeletePitAction;
import org.opensearch.action.search.DeletePitRequest;
import org.opensearch.action.search.SearchRequest;
import org.opensearch.action.support.PlainActionFuture;
import org.opensearch.affinity.event.Event;
import org.opensearch.affinity.event.EventReader;
import org.opensearch.affinity.profile.Erasure;
import org.opensearch.affinity.profile.ProfilePages;
import org.opensearch.affinity.tracker.IndexExpressions;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.affinity.tracker.UserNames;
import org.opensearch.affinity.train.journal.LogExtent;
import org.opensearch.cluster.metadata.MappingMetadata;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.action.ActionListener;
import org.opensearch.index.IndexNotFoundException;
import org.opensearch.search.SearchHit;
import org.opensearch.search.builder.PointInTimeBuilder;
import org.opensearch.search.builder.SearchSourceBuilder;
import org.opensearch.search.slice.SliceBuilder;
import org.opensearch.search.sort.SortBuilders;
import org.opensearch.transport.client.Client;

import java.io.Closeable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Reads all events of a tracker's log from a point in time, in slices. Leaves out the events that profiles leave out: those of
 * users who are forgotten or have opted out, those older than the retention, those whose action has no weight, and invalid
 * documents. Searches with the plugin's rights. Calls block; several threads may read different slices at once.
 */
public final class LogScan implements Closeable {
    private static final int PAGE_SIZE = 5_000;
    private static final String QUERY_ID = "query_id";
    private static final TimeValue KEEP_ALIVE = TimeValue.timeValueMinutes(10);

    /**
     * One event of the log.
     *
     * @param user   the name in profiles
     * @param weight of the event's action; below 0 for a dislike
     * @param time   epoch milliseconds
     * @param query  the UBI query that led to the event; null if there is none or it was not requested
     * @param rating of the item; NaN without one
     * @param action name of the action; empty if it is not known
     */
    public record LoggedEvent(String user, String item, double weight, long time, LoggedQuery query, float rating, String action) {
        /** An event without a rating, of which the action is not known. */
        public LoggedEvent(String user, String item, double weight, long time, LoggedQuery query) {
            this(user, item, weight, time, query, Float.NaN, "");
        }
    }

    /**
     * A UBI query that an event names.
     *
     * @param user of the event, as the log names the user
     */
    public record LoggedQuery(String id, String user) {}

    private final Client client;
    private final Tracker tracker;
    private final UserNames names;
    private final Map<String, Erasure> erasures;
    /** By index. */
    private final Map<String, EventReader> readers = new ConcurrentHashMap<>();
    private final Map<String, MappingMetadata> mappings;
    private final int slices;
    private final String pointInTime;
    private final long startTime;
    /** By shard; null for all events. */
    private final Map<String, Long> until;
    private final Map<String, Long> last = new ConcurrentHashMap<>();

    private LogScan(
        Client client,
        Tracker tracker,
        UserNames names,
        Map<String, Erasure> erasures,
        Map<String, MappingMetadata> mappings,
        int slices,
        String pointInTime,
        LogExtent repeated
    ) {
        startTime = repeated == null ? System.currentTimeMillis() : repeated.time();
        until = repeated == null ? null : repeated.last();
        this.client = client;
        this.tracker = tracker;
        this.names = names;
        this.erasures = erasures;
        this.mappings = mappings;
        this.slices = slices;
        this.pointInTime = pointInTime;
    }

    /**
     * Refreshes the log and opens a point in time.
     *
     * @param names  the names of users in the live profiles
     * @param slices at least 1
     * @throws IndexNotFoundException if there is no open log
     */
    public static LogScan open(Client client, Tracker tracker, UserNames names, int slices) {
        return open(client, tracker, names, slices, null);
    }

    /**
     * The same for the events that an earlier scan read.
     *
     * @param repeated null for all
     */
    static LogScan open(Client client, Tracker tracker, UserNames names, int slices, LogExtent repeated) {
        try (ThreadContext.StoredContext ignored = client.threadPool().getThreadContext().stashContext()) {
            Map<String, Erasure> erasures = new HashMap<>();
            PlainActionFuture<Void> read = PlainActionFuture.newFuture();
            new ProfilePages(client).erasures(names.generationName(), erasures::put, read);
            read.actionGet();
            String[] log = tracker.events().expressions();
            if (client.admin().indices().prepareRefresh(log).setIndicesOptions(IndexExpressions.OPEN).get().getTotalShards() == 0) {
                throw new IndexNotFoundException(tracker.events().index());
            }
            CreatePitRequest create = new CreatePitRequest(KEEP_ALIVE, false, log);
            create.setIndicesOptions(IndexExpressions.OPEN);
            String id = client.execute(CreatePitAction.INSTANCE, create).actionGet().getId();
            GetMappingsRequest ofLog = new GetMappingsRequest().indices(tracker.events().expressions());
            Map<String, MappingMetadata> mappings = client.admin().indices().getMappings(ofLog).actionGet().mappings();
            return new LogScan(client, tracker, names, erasures, mappings, slices, id, repeated);
        }
    }

    /** Returns what was read. */
    LogExtent extent() {
        return new LogExtent(startTime, Map.copyOf(last));
    }

    /** Returns the number of slices. */
    public int slices() {
        return slices;
    }

    /**
     * Reads one slice, in no particular order.
     *
     * @param slice       from 0
     * @param withQueries whether the events name their queries
     */
    public void read(int slice, boolean withQueries, Consumer<LoggedEvent> consumer) {
        Object[] after = null;
        while (true) {
            SearchHit[] hits = page(slice, after);
            for (SearchHit hit : hits) {
                String shard = hit.getIndex() + "[" + hit.getShard().getShardId().id() + "]";
                if (until == null || hit.getSeqNo() <= until.getOrDefault(shard, -1L)) {
                    last.merge(shard, hit.getSeqNo(), Math::max);
                    readEvents(hit, withQueries, consumer);
                }
            }
            if (hits.length < PAGE_SIZE) {
                return;
            }
            after = hits[hits.length - 1].getSortValues();
        }
    }

    private SearchHit[] page(int slice, Object[] after) {
        SearchSourceBuilder source = new SearchSourceBuilder().size(PAGE_SIZE).trackTotalHits(false).sort(SortBuilders.shardDocSort());
        source.seqNoAndPrimaryTerm(true);
        source.pointInTimeBuilder(new PointInTimeBuilder(pointInTime).setKeepAlive(KEEP_ALIVE));
        if (slices > 1) {
            source.slice(new SliceBuilder(slice, slices));
        }
        if (after != null) {
            source.searchAfter(after);
        }
        try (ThreadContext.StoredContext ignored = client.threadPool().getThreadContext().stashContext()) {
            SearchRequest request = new SearchRequest().source(source).allowPartialSearchResults(false);
            return client.search(request).actionGet().getHits().getHits();
        }
    }

    private void readEvents(SearchHit hit, boolean withQueries, Consumer<LoggedEvent> consumer) {
        if (hit.getSourceRef() == null) {
            return;
        }
        List<Event> events = readerOf(hit.getIndex()).read(hit.getId(), hit.getSourceRef(), startTime).events();
        String query = withQueries && events.isEmpty() == false
            ? RecordedQueries.value(QUERY_ID, hit.getSourceAsMap(), mappings.get(hit.getIndex()))
            : null;
        for (Event event : events) {
            String user = names.of(event.user());
            Double weight = tracker.weightOf(event.action());
            if (weight != null && isErased(user, event) == false && isExpired(event) == false) {
                LoggedQuery logged = query == null ? null : new LoggedQuery(query, event.user());
                consumer.accept(new LoggedEvent(user, event.item(), weight, event.time(), logged, event.rating(), event.action()));
            }
        }
    }

    private EventReader readerOf(String index) {
        return readers.computeIfAbsent(
            index,
            name -> new EventReader(tracker.events().fields(), tracker.contexts(), mappings.get(name))
        );
    }

    private boolean isErased(String user, Event event) {
        return erasures.getOrDefault(user, Erasure.NONE).skipReason(event) != null;
    }

    private boolean isExpired(Event event) {
        return tracker.retention().map(retention -> event.time() < startTime - retention.millis()).orElse(false);
    }

    @Override
    public void close() {
        try (ThreadContext.StoredContext ignored = client.threadPool().getThreadContext().stashContext()) {
            client.execute(DeletePitAction.INSTANCE, new DeletePitRequest(pointInTime), ActionListener.wrap(() -> {}));
        }
    }
}
