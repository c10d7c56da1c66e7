package org.opensearch.affinity.node.follow;

import org.opensearch.action.DocWriteRequest.OpType;
import org.opensearch.action.admin.indices.alias.Alias;
import org.opensearch.action.admin.indices.datastream.DeleteDataStreamAction;
import org.opensearch.action.admin.indices.rollover.RolloverRequest;
import org.opensearch.action.admin.indices.template.put.PutComposableIndexTemplateAction;
import org.opensearch.affinity.profile.Profile;
import org.opensearch.cluster.metadata.ComposableIndexTemplate;
import org.opensearch.cluster.metadata.ComposableIndexTemplate.DataStreamTemplate;
import org.opensearch.cluster.metadata.DataStream;
import org.opensearch.common.xcontent.XContentHelper;
import org.opensearch.core.common.bytes.BytesArray;
import org.opensearch.core.xcontent.MediaTypeRegistry;
import org.opensearch.persistent.PersistentTasksCustomMetadata;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** A log that rolls over from index to index, and loses old ones, while events are written to it; on one node in this JVM. */
public class RolloverTests extends TrackTestCase {
    private static final String LOG = "ubi_events";
    private static final int USERS = 4;
    private static final int ROLLOVERS = 3;
    /** Events that every index gets at the least. */
    private static final int SOME = 40;
    private static final long BETWEEN_EVENTS_NANOS = 2_000_000;

    private final AtomicInteger written = new AtomicInteger();

    public void testAlias() throws Exception {
        client().admin().indices().prepareCreate("ubi-000001").addAlias(new Alias(LOG).writeIndex(true)).get();
        shop("");
        rollWhileEventsFlow("ubi-000001", "ubi-000002");
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
        rollWhileEventsFlow(DataStream.getDefaultBackingIndexName(LOG, 1), DataStream.getDefaultBackingIndexName(LOG, 2));
        client().execute(DeleteDataStreamAction.INSTANCE, new DeleteDataStreamAction.Request(new String[] { LOG })).actionGet();
    }

    /** Deletes indices, too, as soon as they were read. */
    private void rollWhileEventsFlow(String... old) throws Exception {
        AtomicBoolean enough = new AtomicBoolean();
        CompletableFuture<Void> flow = CompletableFuture.runAsync(() -> write(enough));
        try {
            for (int roll = 0; roll < ROLLOVERS; roll++) {
                awaitWritten(written.get() + SOME, flow);
                client().admin().indices().rolloverIndex(new RolloverRequest(LOG, null)).actionGet();
            }
            for (String index : old) {
                assertBusy(() -> assertTrue(stats(), isRead(index)));
                client().admin().indices().prepareDelete(index).get();
                awaitWritten(written.get() + SOME, flow);
            }
        } finally {
            enough.set(true);
        }
        flow.get();
        assertBusy(() -> assertEquals(written.get(), events()));
        awaitStats(); // read to its end, and nothing twice
        assertEquals(written.get(), events());
        assertEquals(ROLLOVERS + 1 - old.length, slices().size());
        assertBusy(() -> assertEquals("nobody follows what is gone", slices().size(), tasks()));
    }

    private void write(AtomicBoolean enough) {
        while (enough.get() == false) {
            int number = written.get();
            Map<String, Object> object = Map.of("object", Map.of("object_id", number % 3 == 0 ? "tent" : "desk"));
            String at = Instant.ofEpochMilli(number * DAY).toString();
            client().prepareIndex(LOG)
                .setOpType(OpType.CREATE)
                .setSource(Map.of("client_id", "user-" + number % USERS, "action_name", "click", "timestamp", at, "event_attributes", object))
                .get();
            written.incrementAndGet();
            LockSupport.parkNanos(BETWEEN_EVENTS_NANOS);
        }
    }

    private void awaitWritten(int count, CompletableFuture<Void> flow) throws Exception {
        assertBusy(() -> assertTrue(written.get() >= count || flow.isDone()));
        assertFalse(flow.isDone());
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
        PersistentTasksCustomMetadata tasks = client().admin()
            .cluster()
            .prepareState()
            .get()
            .getState()
            .metadata()
            .custom(PersistentTasksCustomMetadata.TYPE);
        return tasks.tasks().size();
    }

    private boolean isRead(String index) {
        return slices().stream().anyMatch(slice -> index.equals(slice.get("index")) && Integer.valueOf(0).equals(slice.get("lag_events")));
    }

    @SuppressWarnings("unchecked")
    private List<Map<String, Object>> slices() {
        Map<String, Object> stats = XContentHelper.convertToMap(new BytesArray(stats()), false, MediaTypeRegistry.JSON).v2();
        return (List<Map<String, Object>>) stats.get("slices");
    }
}
