package org.opensearch.affinity.node.follow;

import org.opensearch.affinity.item.ItemRow;
import org.opensearch.affinity.item.ItemRowIndex;
import org.opensearch.core.common.bytes.BytesReference;

import java.time.Instant;
import java.util.Map;

/**
 * Profiles are stored, item rows and progress are not: the events are read again. Those that changed no interest count neither for their
 * items nor in the statistics the second time either.
 */
public class CountedOnceTests extends TrackTestCase {
    private static final String ITEM_ROWS = ".affinity-items-shop";

    public void testEventsBeyondALimitAndDuplicatesAreReadAgain() throws Exception {
        shop("");
        click("bob", "desk", OLD);
        awaitStats("\"applied\":1");
        Refusals.index = ITEM_ROWS;
        try {
            for (int i = 0; i < 7; i++) {
                click("ann", "tent", OLD + i * 60_000L);
            }
            send("ann", "desk", OLD + DAY, "event-1");
            assertBusy(() -> assertEquals(8, profile("ann") == null ? 0 : profile("ann").events()));
            long version = client().prepareGet(INTERESTS, "user:ann").get().getVersion();
            send("ann", "desk", OLD + DAY, "event-1");
            assertBusy(() -> assertTrue(client().prepareGet(INTERESTS, "user:ann").get().getVersion() > version));
            send("ann", "tent", OLD + 2 * DAY, "event-2");
            assertBusy(() -> assertEquals(9, profile("ann").events()));
            assertBusy(() -> assertTrue(stats(), stats().contains("write item rows to [" + ITEM_ROWS + "]")));
        } finally {
            Refusals.index = null;
        }
        awaitStats("\"applied\":10,", "\"repeated\":2,", "\"duplicate\":1,");
        assertEquals("five of a session count, and one later", 6, row("tent").likes());
        assertEquals("bob's, and one of two", 2, row("desk").likes());
        assertEquals(9, profile("ann").events());
    }

    /** Sends an event in a document of this id. */
    private void send(String user, String item, long time, String id) {
        Map<String, Object> object = Map.of("object", Map.of("object_id", item));
        String at = Instant.ofEpochMilli(time).toString();
        Map<String, Object> event = Map.of("client_id", user, "action_name", "click", "timestamp", at, "event_attributes", object);
        client().prepareIndex("ubi_events").setId(id).setSource(event).get();
    }

    private ItemRow row(String item) throws Exception {
        BytesReference source = client().prepareGet(ITEM_ROWS, "item:" + item).get().getSourceAsBytesRef();
        return ItemRowIndex.row(source);
    }
}
