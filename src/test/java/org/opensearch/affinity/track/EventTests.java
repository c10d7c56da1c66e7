package org.opensearch.affinity.track;

import org.opensearch.affinity.track.Event.Skipped;
import org.opensearch.affinity.track.Event.SkippedException;
import org.opensearch.core.common.bytes.BytesArray;
import org.opensearch.test.OpenSearchTestCase;

public class EventTests extends OpenSearchTestCase {
    private static Event parse(String json) throws SkippedException {
        return Event.parse(new BytesArray(json));
    }

    private static void assertSkipped(Skipped reason, String json) {
        assertEquals(json, reason, expectThrows(SkippedException.class, () -> parse(json)).reason());
    }

    public void testUbiEvent() throws Exception {
        Event event = parse("""
            {"application": "shop", "action_name": "click", "user_id": "ann", "client_id": "c1", "query_id": null,
             "timestamp": "2026-01-02T03:04:05Z", "position": {"x": 1, "user_id": "not here"},
             "event_attributes": {"price": [1, 2], "object": {"object_id": "tent", "object_id_field": "item_id"}}}""");
        assertEquals(new Event("ann", "tent", "click", 1767323045000L), event);
    }

    public void testClientStandsInForTheUser() throws Exception {
        String event = "\"action_name\":\"c\",\"timestamp\":1767323045000,\"event_attributes\":{\"object\":{\"object_id\":7}}}";
        assertEquals(new Event("c1", "7", "c", 1767323045000L), parse("{\"client_id\":\"c1\"," + event));
        assertEquals("c1", parse("{\"user_id\":\"\",\"client_id\":\"c1\"," + event).user());
        assertSkipped(Skipped.NO_USER, "{" + event);
    }

    public void testWhatCannotBeUsedHasAReason() {
        assertSkipped(Skipped.MALFORMED, "[1, 2]");
        assertSkipped(Skipped.MALFORMED, "{\"user_id\": \"ann\", ");
        assertSkipped(Skipped.MALFORMED, "{\"user_id\": {}, \"client_id\": \"ann\"}");
        assertSkipped(Skipped.MALFORMED, "{\"client_id\": \"ann\", \"event_attributes\": 7}");
        assertSkipped(Skipped.NO_ITEM, "{\"user_id\":\"u\",\"action_name\":\"c\",\"timestamp\":1}");
        assertSkipped(Skipped.NO_ACTION, "{\"user_id\":\"u\",\"timestamp\":1,\"event_attributes\":{\"object\":{\"object_id\":\"i\"}}}");
        String object = "\"event_attributes\":{\"object\":{\"object_id\":\"i\"}}}";
        assertSkipped(Skipped.NO_TIMESTAMP, "{\"user_id\":\"u\",\"action_name\":\"c\"," + object);
        assertSkipped(Skipped.NO_TIMESTAMP, "{\"user_id\":\"u\",\"action_name\":\"c\",\"timestamp\":\"yesterday\"," + object);
        String far = "\"timestamp\":\"+999999999-12-31T23:59:59Z\",";
        assertSkipped(Skipped.NO_TIMESTAMP, "{\"user_id\":\"u\",\"action_name\":\"c\"," + far + object);
    }
}
