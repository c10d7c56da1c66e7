package org.opensearch.affinity.event;

import org.opensearch.core.common.bytes.BytesArray;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.test.OpenSearchTestCase;

import java.time.Instant;

import static org.hamcrest.Matchers.startsWith;

public class UbiEventTests extends OpenSearchTestCase {
    private static final Instant ARRIVAL = Instant.parse("2026-02-03T04:05:06.789Z");
    private static final String TIME = "\"timestamp\": \"2026-01-15T10:00:00Z\"";

    private static UbiEvent parse(String json) throws UbiEvent.InvalidException {
        return UbiEvent.parse(new BytesArray(json), ARRIVAL);
    }

    /** Returns an event that is valid if this property is. */
    private static String with(String property) {
        return "{\"action_name\": \"click\", " + TIME + ", " + property + "}";
    }

    private static String attributes(String attributes) {
        return with("\"event_attributes\": {" + attributes + "}");
    }

    private static void assertValid(String json) throws UbiEvent.InvalidException {
        assertEquals("the bytes that were sent are written", new BytesArray(json), parse(json).source());
    }

    private static void assertInvalid(String json, String error) {
        UbiEvent.InvalidException e = expectThrows(UbiEvent.InvalidException.class, () -> parse(json));
        assertEquals(error, e.getMessage());
    }

    public void testWholeEvent() throws Exception {
        assertValid("""
            {"application": "shop", "action_name": "purchase", "query_id": "00112233-4455-6677-8899-aabbccddeeff",
             "session_id": "s", "client_id": "c", "user_id": "ann", "timestamp": "2026-01-15T10:00:00.123+01:00",
             "message_type": "CONVERSION", "message": "bought", "page_id": {"free": ["property"]},
             "event_attributes": {
               "object": {"object_id": "p3", "object_id_field": "_id", "object_id_type": "product", "internal_id": 7, "price": 9.5},
               "position": {"ordinal": 3, "trail": "list"},
               "discount": [1, 2]}}""");
    }

    public void testOptionalFields() throws Exception {
        assertValid(with("\"user_id\": null"));
        assertValid(with("\"user_id\": \"\""));
        assertValid(attributes(""));
        assertValid(attributes("\"object\": {\"object_id\": 12345678901234567890}"));
        assertValid(attributes("\"position\": {\"xy\": {\"x\": 1, \"y\": -2.5}}"));
        assertValid(attributes("\"position\": {\"ordinal\": 3.0, \"xy\": {\"x\": 1, \"y\": 2}}"));
    }

    public void testRequired() {
        assertInvalid("{}", "[action_name] is required: the name of the action, such as [click]");
        assertInvalid(attributes("\"object\": {\"name\": \"tent\"}"), "[event_attributes.object.object_id] is required: the id of the item");
        assertInvalid(attributes("\"position\": {}"), "[event_attributes.position] has neither [ordinal] nor [xy]; wanted one of them");
        assertInvalid(attributes("\"position\": {\"xy\": {\"x\": 1}}"), "[event_attributes.position.xy.y] is required: a number");
        assertInvalid(attributes("\"position\": {\"xy\": {\"y\": 1}}"), "[event_attributes.position.xy.x] is required: a number");
        assertInvalid("{\"action_name\": \"\"}", "[action_name] is []; wanted a string of 1 to [100] characters");
    }

    public void testTypes() {
        String[] names = { "application", "query_id", "session_id", "client_id", "message_type" };
        for (String name : names) {
            assertInvalid(with("\"" + name + "\": 7"), "[" + name + "] is [7]; wanted a string of at most [100] characters");
            assertInvalid(with("\"" + name + "\": null"), "[" + name + "] is [null]; wanted a string of at most [100] characters");
        }
        assertInvalid(with("\"user_id\": [\"a\"]"), "[user_id] is a list; wanted a string of at most [100] characters or null");
        assertInvalid(with("\"message\": {\"a\": 1}"), "[message] is an object; wanted a string of at most [1024] characters");
        assertInvalid("{\"action_name\": true}", "[action_name] is [true]; wanted a string of 1 to [100] characters");
        assertInvalid(with("\"event_attributes\": []"), "[event_attributes] is a list; wanted an object");
        assertInvalid(attributes("\"object\": \"p3\""), "[event_attributes.object] is [p3]; wanted an object");
        String id = "a string of 1 to [256] characters or a whole number";
        assertInvalid(attributes("\"object\": {\"object_id\": 1.5}"), "[event_attributes.object.object_id] is [1.5]; wanted " + id);
        assertInvalid(attributes("\"object\": {\"object_id\": \"\"}"), "[event_attributes.object.object_id] is []; wanted " + id);
        assertInvalid(attributes("\"position\": 3"), "[event_attributes.position] is [3]; wanted an object");
        assertInvalid(
            attributes("\"position\": {\"ordinal\": \"3\"}"),
            "[event_attributes.position.ordinal] is [3]; wanted a whole number"
        );
        assertInvalid(
            attributes("\"position\": {\"xy\": {\"x\": \"left\", \"y\": 1}}"),
            "[event_attributes.position.xy.x] is [left]; wanted a number"
        );
    }

    /** JSON Schema counts code points, not the chars of Java. */
    public void testLengths() throws Exception {
        String most = "😀".repeat(100);
        String shown = "😀".repeat(50) + "…] (101 characters)";
        for (String name : new String[] { "application", "query_id", "session_id", "client_id", "user_id", "message_type" }) {
            assertValid(with("\"" + name + "\": \"" + most + "\""));
            UbiEvent.InvalidException e = expectThrows(
                UbiEvent.InvalidException.class,
                () -> parse(with("\"" + name + "\": \"" + most + "😀\""))
            );
            assertThat(e.getMessage(), startsWith("[" + name + "] is [" + shown + "; wanted a string of at most [100] characters"));
        }
        for (String field : new String[] { "object_id_field", "object_id_type" }) {
            assertValid(attributes("\"object\": {\"object_id\": 1, \"" + field + "\": \"" + most + "\"}"));
            assertInvalid(
                attributes("\"object\": {\"object_id\": 1, \"" + field + "\": \"" + most + "😀\"}"),
                "[event_attributes.object." + field + "] is [" + shown + "; wanted a string of at most [100] characters"
            );
        }
        assertValid(with("\"message\": \"" + "m".repeat(1024) + "\""));
        assertValid(attributes("\"object\": {\"object_id\": \"" + "o".repeat(256) + "\", \"internal_id\": \"" + "i".repeat(256) + "\"}"));
        expectThrows(UbiEvent.InvalidException.class, () -> parse(with("\"message\": \"" + "m".repeat(1025) + "\"")));
        expectThrows(UbiEvent.InvalidException.class, () -> parse(attributes("\"object\": {\"object_id\": \"" + "o".repeat(257) + "\"}")));
        expectThrows(
            UbiEvent.InvalidException.class,
            () -> parse(attributes("\"object\": {\"object_id\": 1, \"internal_id\": \"" + "i".repeat(257) + "\"}"))
        );
        expectThrows(UbiEvent.InvalidException.class, () -> parse("{\"action_name\": \"" + "a".repeat(101) + "\"}"));
    }

    public void testTimestamps() throws Exception {
        String[] good = { "2018-11-13T20:20:39+00:00", "2018-11-13T20:20:39Z", "2018-11-13T20:20:39", "2018-11-13T20:20:39.123456789-0800" };
        for (String time : good) {
            assertValid("{\"action_name\": \"click\", \"timestamp\": \"" + time + "\"}");
        }
        String wanted = "; wanted an ISO 8601 date and time such as [2026-01-15T10:00:00Z]";
        for (String time : new String[] { "", "yesterday", "2018-11-13", "2018-11-13 20:20:39", "2018-02-30T20:20:39Z", "13.11.2018T20:20" }) {
            assertInvalid("{\"action_name\": \"click\", \"timestamp\": \"" + time + "\"}", "[timestamp] is [" + time + "]" + wanted);
        }
        assertInvalid("{\"action_name\": \"click\", \"timestamp\": 1768471200000}", "[timestamp] is [1768471200000]" + wanted);
        assertInvalid("{\"action_name\": \"click\", \"timestamp\": null}", "[timestamp] is [null]" + wanted);
    }

    public void testTimeOfArrival() throws Exception {
        BytesReference timed = parse(" {\"action_name\": \"click\", \"client_id\": \"timestamp\"}\r").source();
        String wanted = "{\"timestamp\":\"2026-02-03T04:05:06.789Z\",\"action_name\": \"click\", \"client_id\": \"timestamp\"}\r";
        assertEquals(wanted, timed.utf8ToString());
        assertEquals(wanted, parse(wanted).source().utf8ToString());
    }

    public void testIds() throws Exception {
        assertNull(parse("{\"action_name\": \"click\"}").id());
        assertEquals("e-1", parse(with("\"event_id\": \"e-1\"")).id());
        String most = "ä".repeat(256);
        assertEquals(most, parse(with("\"event_id\": \"" + most + "\"")).id());
        String wanted = "; wanted a string of 1 to [512] bytes";
        assertInvalid(with("\"event_id\": \"" + most + "a\""), "[event_id] is [" + "ä".repeat(50) + "…] (257 characters)" + wanted);
        assertInvalid(with("\"event_id\": \"\""), "[event_id] is []" + wanted);
        assertInvalid(with("\"event_id\": 7"), "[event_id] is [7]" + wanted);
    }

    /** A property name with a dot is a path, as in a document. */
    public void testNamesWithDots() throws Exception {
        assertValid(with("\"event_attributes.object.object_id\": \"p3\""));
        assertInvalid(with("\"event_attributes.position\": 3"), "[event_attributes.position] is [3]; wanted an object");
    }

    public void testNotAnEvent() {
        for (String other : new String[] { "", " ", "12", "[{}]", "null", "nonsense", "/* {} */ {}" }) {
            assertInvalid(other, "the event is not a JSON object");
        }
        assertInvalid(with("\"a\": 1") + " {}", "unexpected content after the event; wanted one event a line");
        for (String broken : new String[] { "{", "{\"action_name\"", "{\"action_name\": \"click\"", "{\"a\": 1 \"b\": 2}", "{\"a\": 1, \"a\": 2}", "{'a': 1}" }) {
            UbiEvent.InvalidException e = expectThrows(UbiEvent.InvalidException.class, () -> parse(broken));
            assertThat(e.getMessage(), startsWith("the event is not valid JSON: "));
            assertEquals(1, e.getMessage().lines().count());
        }
    }
}
