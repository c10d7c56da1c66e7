package org.opensearch.affinity.node.follow;

import org.opensearch.action.DocWriteRequest.OpType;
import org.opensearch.action.admin.indices.alias.Alias;
import org.opensearch.action.admin.indices.datastream.DeleteDataStreamAction;
import org.opensearch.action.admin.indices.rollover.RolloverRequest;
import org.opensearch.action.admin.indices.template.put.PutComposableIndexTemplateAction;
import org.opensearch.affinity.event.LogShard;
import org.opensearch.affinity.profile.Profile;
import org.opensearch.cluster.metadata.ComposableIndexTemplate;
import org.opensearch.cluster.metadata.ComposableIndexTemplate.DataStreamTemplate;
import org.opensearch.cluster.metadata.DataStream;
import org.opensearch.common.xcontent.XContentHelper;
import org.opensearch.core.common.bytes.BytesArray;
import org.opensearch.core.xcontent.MediaTypeRegistry;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Rollover of the log, and deletion of old indices, while events are written; on a single node. */
public class RolloverTests extends TrackTestCase {
    private static final String LOG = "ubi_events";
    private static final int USERS = 4;
    private static final int ROLLOVERS = 3;
    /** The fewest events of an index. */
    private static final int MIN_EVENTS = 40;
    private static final long BETWEEN_EVENTS_NANOS = 2_000_000;

    private final AtomicInteger written = new AtomicInteger();

    public void testAlias() throws Exception {
        client().admin().indices().prepareCreate("ubi-000001").addAlias(new Alias(LOG).writeIndex(true)).get();
        shop("");
        rollOverWhileEventsAreWritten("ubi-000001", "ubi-000002");
    }

    public void testDataStream() throws Exception {
        ComposableIndexTemplate template = new ComposableIndexTemplate(
            List.of(LOG),
            null,
            null,
            null,
            null,
            null,
            new DataStreamTemplate(new DataStream.TimestampField("timestamp"))
        );
        PutComposableIndexTemplateAction.Request put = new PutComposableIndexTemplateAction.Request("log").indexTemplate(template);
        client().execute(PutComposableIndexTemplateAction.INSTANCE, put).actionGet();
        shop("");
        rollOverWhileEventsAreWritten(DataStream.getDefaultBackingIndexName(LOG, 1), DataStream.getDefaultBackingIndexName(LOG, 2));
        client().execute(DeleteDataStreamAction.INSTANCE, new DeleteDataStreamAction.Request(new String[] { LOG })).actionGet();
    }

    /** Rolls the log over, and deletes old indices as soon as they have been read. */
    private void rollOverWhileEventsAreWritten(String... oldIndices) throws Exception {
        AtomicBoolean stopped = new AtomicBoolean();
        CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> write(stopped));
        try {
            for (int roll = 0; roll < ROLLOVERS; roll++) {
                awaitWritten(written.get() + MIN_EVENTS, writer);
                client().admin().indices().rolloverIndex(new RolloverRequest(LOG, null)).actionGet();
            }
            for (String index : oldIndices) {
                assertBusy(() -> assertTrue(stats(), isRead(index)));
                client().admin().indices().prepareDelete(index).get();
                awaitWritten(written.get() + MIN_EVENTS, writer);
            }
        } finally {
            stopped.set(true);
        }
        writer.get();
        assertBusy(() -> assertEquals(written.get(), events()));
        awaitStats(); // the log is read to its end
        assertEquals(written.get(), events());
        assertEquals(ROLLOVERS + 1 - oldIndices.length, shardStats().size());
        assertBusy(() -> assertEquals("tasks of deleted indices are removed", shardStats().size(), tasks()));
    }

    private void write(AtomicBoolean stopped) {
        while (stopped.get() == false) {
            int number = written.get();
            Map<String, Object> object = Map.of("object", Map.of("object_id", number % 3 == 0 ? "tent" : "desk"));
            String at = Instant.ofEpochMilli(OLD + number * DAY).toString();
            client().prepareIndex(LOG)
                .setOpType(OpType.CREATE)
                .setSource(Map.of("client_id", "user-" + number % USERS, "action_name", "click", "timestamp", at, "event_attributes", object))
                .get();
            written.incrementAndGet();
            LockSupport.parkNanos(BETWEEN_EVENTS_NANOS);
        }
    }

    private void awaitWritten(int count, CompletableFuture<Void> writer) throws Exception {
        assertBusy(() -> assertTrue(written.get() >= count || writer.isDone()));
        assertFalse(writer.isDone());
    }

    private long events() {
        long events = 0;
        for (int user = 0; user < USERS; user++) {
            Profile profile = profile("user-" + user);
            events += profile == null ? 0 : profile.events();
        }
        return events;
    }

    private int tasks() {
        return client().admin().cluster().prepareListTasks().setActions(LogShard.TASK).get().getTasks().size();
    }

    private boolean isRead(String index) {
        return shardStats().stream()
            .anyMatch(shard -> index.equals(shard.get("index")) && Integer.valueOf(0).equals(shard.get("lag_events")));
    }

    @SuppressWarnings("unchecked")
    private List<Map<String, Object>> shardStats() {
        Map<String, Object> stats = XContentHelper.convertToMap(new BytesArray(stats()), false, MediaTypeRegistry.JSON).v2();
        return (List<Map<String, Object>>) stats.get("slices");
    }
}
