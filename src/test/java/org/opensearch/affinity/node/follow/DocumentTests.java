package org.opensearch.affinity.node.follow;

import org.opensearch.action.support.PlainActionFuture;
import org.opensearch.affinity.item.ItemRow;
import org.opensearch.affinity.item.ItemRowIndex;
import org.opensearch.affinity.profile.Profile;
import org.opensearch.affinity.tracker.Trackers;
import org.opensearch.affinity.tracker.UserKeys;
import org.opensearch.affinity.tracker.UserNames;
import org.opensearch.affinity.train.LogScan;
import org.opensearch.core.xcontent.MediaTypeRegistry;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Documents of the log as other programs write them: lists, other formats of times, several items. */
public class DocumentTests extends TrackTestCase {
    private static final String LOG = "ubi_events";

    private void log(String timestampMapping) {
        String mapping = "{\"properties\": {\"timestamp\": " + timestampMapping + ", \"client_id\": {\"type\": \"keyword\"}}}";
        client().admin().indices().prepareCreate(LOG).setMapping(mapping).get();
    }

    private void write(String id, String user, String timestamp, String object) {
        String event = "{\"client_id\": " + user + ", \"action_name\": [\"click\"], \"timestamp\": " + timestamp
            + ", \"event_attributes\": {\"object\": " + object + "}}";
        client().prepareIndex(LOG).setId(id).setSource(event, MediaTypeRegistry.JSON).get();
    }

    private ItemRow row(String item) {
        PlainActionFuture<List<ItemRowIndex.Stored>> rows = PlainActionFuture.newFuture();
        new ItemRowIndex(client()).load("shop", Set.of(item), rows);
        return rows.actionGet().getFirst().row();
    }

    private List<String> history(String user) {
        return profile(user).history().stream().map(Profile.Seen::item).toList();
    }

    private List<LogScan.LoggedEvent> scan() {
        List<LogScan.LoggedEvent> events = new ArrayList<>();
        UserNames names = UserNames.live("shop", state(), getInstanceFromNode(UserKeys.class));
        try (LogScan scan = LogScan.open(client(), Trackers.of(state()).get("shop"), names, 1)) {
            scan.read(0, false, events::add);
        }
        return events;
    }

    /** Each object of a cart is an event, which counts once in the profile and in the row of its item, however often it is read. */
    public void testACartIsOneEventAnObject() throws Exception {
        shop(",\"limits\":{\"item_per_session\":10}");
        log("{\"type\": \"date\"}");
        String now = "\"" + Instant.now() + "\"";
        Refusals.ids = "slice:";
        Refusals.index = INTERESTS;
        String cart = "[{\"object_id\": \"tent\"}, {\"object_id\": \"desk\"}, {\"object_id\": \"no such item\"}, {\"object_id\": \"desk\"}, {}]";
        try {
            write("cart", "[\"ann\"]", now, cart);
            assertBusy(() -> assertEquals("the progress cannot be stored", 2, row("desk").likes()));
        } finally {
            Refusals.index = null;
            Refusals.ids = "";
        }
        awaitStats("\"applied\":3,", "\"skipped\":{\"total\":2,", "\"no_item\":1,", "\"unknown_item\":1,");
        assertEquals(List.of("tent", "desk", "desk"), history("ann"));
        assertEquals(List.of(1L, 2L), List.of(row("tent").likes(), row("desk").likes()));
        assertEquals(List.of("tent", "desk", "no such item", "desk"), scan().stream().map(LogScan.LoggedEvent::item).toList());

        write("cart", "\"ann\"", now, "[{\"object_id\": \"desk\"}, {\"object_id\": \"tent\"}]");
        awaitStats("\"applied\":3,", "\"duplicate\":2,");
        assertEquals(3, profile("ann").events());
    }

    public void testTimesAreReadByTheMappingOfTheLog() throws Exception {
        shop("");
        log("{\"type\": \"date\", \"format\": \"epoch_second\"}");
        long now = System.currentTimeMillis() / 1000;
        write("1", "42", "" + (now - 60), "{\"object_id\": \"tent\"}");
        write("2", "42.0", "\"" + now + "\"", "{\"object_id\": \"desk\"}");
        write("3", "4.2e1", "1", "{\"object_id\": \"desk\"}");
        awaitStats("\"applied\":2,", "\"skipped\":{\"total\":1,", "\"implausible_timestamp\":1");
        assertEquals(List.of("tent", "desk"), history("42"));
        assertEquals(now * 1000, profile("42").lastEvent());
        assertEquals(List.of(now * 1000 - 60_000, now * 1000), scan().stream().map(LogScan.LoggedEvent::time).sorted().toList());
    }

    /** Another index of the log may read the same number as another time. */
    public void testSecondsInAFieldOfMillisecondsAreImplausible() throws Exception {
        shop("");
        log("{\"type\": \"date\"}");
        write("1", "\"ann\"", "1795000000", "{\"object_id\": \"tent\"}");
        write("2", "\"ann\"", "1767323045000", "{\"object_id\": \"desk\"}");
        awaitStats("\"applied\":1,", "\"implausible_timestamp\":1");
        assertEquals(1767323045000L, profile("ann").lastEvent());
    }
}
