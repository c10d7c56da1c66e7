package org.opensearch.affinity.event;

import org.apache.lucene.util.StringHelper;
import org.opensearch.affinity.event.Event.SkipReason;
import org.opensearch.affinity.event.EventReader.SkippedException;
import org.opensearch.affinity.tracker.Contexts;
import org.opensearch.affinity.tracker.EventFields;
import org.opensearch.affinity.xcontent.ParsedObject;
import org.opensearch.core.common.bytes.BytesArray;
import org.opensearch.test.OpenSearchTestCase;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

public class EventReaderTests extends OpenSearchTestCase {
    private static final long NOW = 1767323045000L;
    private static final EventReader UBI = new EventReader(EventFields.UBI, Contexts.NONE);

    private static Event parse(String json) throws SkippedException {
        return UBI.read("e1", new BytesArray(json), NOW);
    }

    private static Event event(String user, String item, String action) {
        return new Event(user, item, action, NOW, id("e1"), List.of());
    }

    private static int id(String id) {
        byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
        return StringHelper.murmurhash3_x86_32(bytes, 0, bytes.length, 0x5bd1e995);
    }

    private static void assertSkipped(SkipReason reason, String json) {
        assertEquals(json, reason, expectThrows(SkippedException.class, () -> parse(json)).reason());
    }

    public void testUbiEvent() throws Exception {
        Event event = parse("""
            {"application": "shop", "action_name": "click", "user_id": "ann", "client_id": "c1", "query_id": null,
             "timestamp": "2026-01-02T03:04:05Z", "position": {"x": 1, "user_id": "not here"},
             "event_attributes": {"price": [1, 2], "object": {"object_id": "tent", "object_id_field": "item_id"}}}""");
        assertEquals(event("ann", "tent", "click"), event);
    }

    public void testClientIsTheUserWhenThereIsNoUserId() throws Exception {
        String event = "\"action_name\":\"c\",\"timestamp\":1767323045000,\"event_attributes\":{\"object\":{\"object_id\":7}}}";
        assertEquals(event("c1", "7", "c"), parse("{\"client_id\":\"c1\"," + event));
        assertEquals("c1", parse("{\"user_id\":\"\",\"client_id\":\"c1\"," + event).user());
        assertSkipped(SkipReason.NO_USER, "{" + event);
    }

    public void testUnusableDocumentsHaveAReason() {
        assertSkipped(SkipReason.MALFORMED, "[1, 2]");
        assertSkipped(SkipReason.MALFORMED, "{\"user_id\": \"ann\", ");
        assertSkipped(SkipReason.MALFORMED, "{\"user_id\": {}, \"client_id\": \"ann\"}");
        assertSkipped(SkipReason.MALFORMED, "{\"client_id\": \"ann\", \"event_attributes\": 7}");
        assertSkipped(SkipReason.NO_ITEM, "{\"user_id\":\"u\",\"action_name\":\"c\",\"timestamp\":1}");
        assertSkipped(SkipReason.NO_ACTION, "{\"user_id\":\"u\",\"timestamp\":1,\"event_attributes\":{\"object\":{\"object_id\":\"i\"}}}");
        String object = "\"event_attributes\":{\"object\":{\"object_id\":\"i\"}}}";
        assertSkipped(SkipReason.NO_TIMESTAMP, "{\"user_id\":\"u\",\"action_name\":\"c\"," + object);
        assertSkipped(SkipReason.NO_TIMESTAMP, "{\"user_id\":\"u\",\"action_name\":\"c\",\"timestamp\":\"yesterday\"," + object);
        String far = "\"timestamp\":\"+999999999-12-31T23:59:59Z\",";
        assertSkipped(SkipReason.NO_TIMESTAMP, "{\"user_id\":\"u\",\"action_name\":\"c\"," + far + object);
    }

    public void testTimeInTheFuture() throws Exception {
        String event = "{\"user_id\":\"u\",\"action_name\":\"c\",\"event_attributes\":{\"object\":{\"object_id\":\"i\"}},\"timestamp\":";
        long day = 24 * 60 * 60 * 1000L;
        assertEquals(NOW + day, parse(event + (NOW + day) + "}").time());
        assertSkipped(SkipReason.FUTURE_TIMESTAMP, event + (NOW + day + 1) + "}");
    }

    public void testOtherFieldsAndContexts() throws Exception {
        EventFields fields = EventFields.parse(
            ParsedObject.of("events.fields", Map.of("user", List.of("who", "visitor.id"), "item", "what", "time", "at", "id", "event_id"), "")
        );
        Contexts contexts = Contexts.parse(
            ParsedObject.of("context", Map.of("hour", Map.of("time", "hour"), "day", Map.of("time", "weekday"), "on", Map.of("field", "ua.device")), ""),
            "Europe/Berlin"
        );
        EventReader reader = new EventReader(fields, contexts);
        String json = "{\"visitor\":{\"id\":\"v\"},\"what\":\"tent\",\"action_name\":\"click\",\"at\":" + NOW + ",\"event_id\":\"x\",\"ua\":{\"device\":\"phone\"}}";
        Event event = reader.read("e1", new BytesArray(json), NOW);
        // 03:04:05 UTC on a Friday is 04:04:05 in Berlin.
        assertEquals(new Event("v", "tent", "click", NOW, id("x"), List.of("day=friday", "hour=3", "on=phone")), event);
        assertEquals(id("e1"), reader.read("e1", new BytesArray(json.replace("event_id", "other")), NOW).id());
    }
}
