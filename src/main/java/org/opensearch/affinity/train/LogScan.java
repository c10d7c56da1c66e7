package org.opensearch.affinity.train;

import org.opensearch.action.search.CreatePitAction;
import org.opensearch.action.search.CreatePitRequest;
import org.opensearch.action.search.DeletePitAction;
import org.opensearch.action.search.DeletePitRequest;
import org.opensearch.action.search.SearchRequest;
import org.opensearch.action.support.PlainActionFuture;
import org.opensearch.affinity.event.Event;
import org.opensearch.affinity.event.EventReader;
import org.opensearch.affinity.event.EventReader.SkippedException;
import org.opensearch.affinity.profile.Erasure;
import org.opensearch.affinity.profile.ProfilePages;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.affinity.tracker.UserNames;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.action.ActionListener;
import org.opensearch.search.SearchHit;
import org.opensearch.search.builder.PointInTimeBuilder;
import org.opensearch.search.builder.SearchSourceBuilder;
import org.opensearch.search.slice.SliceBuilder;
import org.opensearch.search.sort.SortBuilders;
import org.opensearch.transport.client.Client;

import java.io.Closeable;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Reads the whole log of a tracker as of one moment, in slices that several threads may read side by side, each of its own. It
 * leaves out what profiles leave out: who is forgotten or has opted out, what is older than is to be kept, what is no event or
 * weighs nothing. Calls block, so they are for threads of our own.
 */
public final class LogScan implements Closeable {
    private static final int PAGE = 5_000;
    private static final String QUERY = "query_id";
    private static final TimeValue KEPT = TimeValue.timeValueMinutes(10);

    /**
     * One event of somebody.
     *
     * @param user   as profiles name him
     * @param weight of its action; below 0 for a dislike
     * @param time   epoch milliseconds
     * @param query  id of the UBI query that led to it; null where it names none, or nobody wants to know
     */
    public record Act(String user, String item, double weight, long time, String query) {}

    private final Client client;
    private final Tracker tracker;
    private final UserNames names;
    private final Map<String, Erasure> absences;
    private final EventReader reader;
    private final int slices;
    private final long began = System.currentTimeMillis();
    private final String pointInTime;

    private LogScan(Client client, Tracker tracker, UserNames names, Map<String, Erasure> absences, int slices, String pointInTime) {
        this.client = client;
        this.tracker = tracker;
        this.names = names;
        this.absences = absences;
        this.slices = slices;
        this.pointInTime = pointInTime;
        reader = new EventReader(tracker.events().fields(), tracker.contexts());
    }

    /**
     * @param names  by which acts are to say whose they are: those of the profiles that are used
     * @param slices at least 1
     * @throws org.opensearch.index.IndexNotFoundException when there is no log
     */
    public static LogScan open(Client client, Tracker tracker, UserNames names, int slices) {
        try (ThreadContext.StoredContext ignored = client.threadPool().getThreadContext().stashContext()) {
            Map<String, Erasure> absences = new HashMap<>();
            PlainActionFuture<Void> known = PlainActionFuture.newFuture();
            new ProfilePages(client).erasures(names.home(), absences::put, known);
            known.actionGet();
            client.admin().indices().prepareRefresh(tracker.events().expressions()).get();
            CreatePitRequest create = new CreatePitRequest(KEPT, false, tracker.events().expressions());
            String id = client.execute(CreatePitAction.INSTANCE, create).actionGet().getId();
            return new LogScan(client, tracker, names, absences, slices, id);
        }
    }

    /** How many slices there are to be read. */
    public int slices() {
        return slices;
    }

    /**
     * Reads one slice, in no order that means anything.
     *
     * @param withQueries whether acts are to name the queries that led to them
     */
    public void read(int slice, boolean withQueries, Consumer<Act> acts) {
        Object[] after = null;
        while (true) {
            SearchHit[] hits = page(slice, after);
            for (SearchHit hit : hits) {
                Act act = act(hit, withQueries);
                if (act != null) {
                    acts.accept(act);
                }
            }
            if (hits.length < PAGE) {
                return;
            }
            after = hits[hits.length - 1].getSortValues();
        }
    }

    private SearchHit[] page(int slice, Object[] after) {
        SearchSourceBuilder source = new SearchSourceBuilder().size(PAGE).trackTotalHits(false).sort(SortBuilders.shardDocSort());
        source.pointInTimeBuilder(new PointInTimeBuilder(pointInTime).setKeepAlive(KEPT));
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

    /** Null where it is none, or nobody may know of it. */
    private Act act(SearchHit hit, boolean withQueries) {
        try {
            if (hit.getSourceRef() == null) {
                return null;
            }
            Event event = reader.read(hit.getId(), hit.getSourceRef(), began);
            String user = names.of(event.user());
            Double weight = tracker.weightOf(event.action());
            boolean absent = absences.getOrDefault(user, Erasure.NONE).skipReason(event) != null;
            boolean old = tracker.retention().map(kept -> event.time() < began - kept.millis()).orElse(false);
            Object query = withQueries ? hit.getSourceAsMap().get(QUERY) : null;
            return weight == null || absent || old ? null : new Act(user, event.item(), weight, event.time(), query == null ? null : query.toString());
        } catch (SkippedException e) {
            return null;
        }
    }

    @Override
    public void close() {
        try (ThreadContext.StoredContext ignored = client.threadPool().getThreadContext().stashContext()) {
            client.execute(DeletePitAction.INSTANCE, new DeletePitRequest(pointInTime), ActionListener.wrap(() -> {}));
        }
    }
}
