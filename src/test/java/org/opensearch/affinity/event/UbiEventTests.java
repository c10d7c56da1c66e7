package org.opensearch.affinity.event;

import org.opensearch.affinity.cluster.MappedField;
import org.opensearch.affinity.tracker.Contexts;
import org.opensearch.affinity.tracker.EventFields;
import org.opensearch.cluster.metadata.MappingMetadata;
import org.opensearch.core.common.bytes.BytesArray;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.test.OpenSearchTestCase;

import java.time.Instant;
import java.util.List;
import java.util.Map;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.startsWith;

public class UbiEventTests extends OpenSearchTestCase {
    private static final Instant ARRIVAL = Instant.parse("2026-02-03T04:05:06.789Z");
    private static final String TIME = "\"timestamp\": \"2026-01-15T10:00:00Z\"";

    private static UbiEvent parse(String json) throws UbiEvent.InvalidException {
        return UbiEvent.parse(new BytesArray(json), ARRIVAL, TimeFormat.OF_DATES);
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

    /** As the web client of a public sample shop records what is typed and shown: values that are null or empty, and more properties. */
    public void testEventsOfAPublicSample() throws Exception {
        String user = "\"session_id\": \"SESSION-8\", \"client_id\": \"CLIENT-4\", \"user_id\": \"\", \"timestamp\": \"2025-03-03T16:47:41.907Z\"";
        String typed = """
            {"application": "shop", "action_name": "search", "query_id": "q1", %s, "message_type": "QUERY", "message": "wireless ea",
             "event_attributes": null}""".formatted(user);
        String shown = """
            {"application": "shop", "action_name": "impression", "query_id": "q1", %s, "message_type": "IMPRESSION",
             "message": "impression made on doc position 2", "event_attributes": {"object": {"object_id": "B07",
             "object_id_field": "asin", "description": "a case"}, "position": {"ordinal": 2}}, "user_query": "wireless"}""".formatted(user);
        for (String event : List.of(typed, shown)) {
            assertValid(event);
            assertNull(parse(event).warning());
        }
        EventReader.Content read = datesReader().read("e", new BytesArray(shown), ARRIVAL.toEpochMilli());
        assertEquals(List.of("CLIENT-4 B07"), read.events().stream().map(event -> event.user() + " " + event.item()).toList());
    }

    public void testOptionalFields() throws Exception {
        assertValid(with("\"user_id\": \"\""));
        assertValid(attributes(""));
        assertValid(attributes("\"object\": {\"object_id\": 12345678901234567890}"));
        assertValid(attributes("\"position\": {\"xy\": {\"x\": 1, \"y\": -2.5}}"));
        assertValid(attributes("\"position\": {\"ordinal\": 3.0, \"xy\": {\"x\": 1, \"y\": 2}}"));
    }

    public void testRequired() {
        assertInvalid("{}", "[action_name] is required: the name of the action, such as [click]");
        assertInvalid(attributes("\"object\": {\"name\": \"tent\"}"), "[event_attributes.object.object_id] is required: the id of the item");
        assertInvalid(attributes("\"position\": {\"xy\": {\"x\": 1}}"), "[event_attributes.position.xy.y] is required: a number");
        assertInvalid(attributes("\"position\": {\"xy\": {\"y\": 1}}"), "[event_attributes.position.xy.x] is required: a number");
        assertInvalid("{\"action_name\": null}", "[action_name] is required: the name of the action, such as [click]");
        assertInvalid(attributes("\"object\": {\"object_id\": [null]}"), "[event_attributes.object.object_id] is required: the id of the item");
        assertInvalid(attributes("\"object\": [{\"object_id\": 1}, {}]"), "[event_attributes.object.object_id] is required: the id of the item");
    }

    public void testTypes() {
        for (String name : new String[] { "application", "message_type" }) {
            assertInvalid(with("\"" + name + "\": 7"), "[" + name + "] is [7]; wanted a string of at most [100] characters");
        }
        for (String name : new String[] { "query_id", "session_id", "client_id", "user_id" }) {
            String wanted = "a string of at most [100] characters or a number";
            assertInvalid(with("\"" + name + "\": true"), "[" + name + "] is [true]; wanted " + wanted);
            assertInvalid(with("\"" + name + "\": {}"), "[" + name + "] is an object; wanted " + wanted);
            assertInvalid(with("\"" + name + "\": [\"a\", \"b\"]"), "[" + name + "] is a list of [2] values; wanted one: " + wanted);
        }
        assertInvalid(with("\"message\": {\"a\": 1}"), "[message] is an object; wanted a string of at most [1024] characters");
        assertInvalid("{\"action_name\": true}", "[action_name] is [true]; wanted a string of at most [100] characters or a number");
        assertInvalid(with("\"event_attributes\": [7]"), "[event_attributes] is [7]; wanted an object");
        assertInvalid(attributes("\"object\": \"p3\""), "[event_attributes.object] is [p3]; wanted an object");
        String id = "a string of at most [256] characters or a number";
        assertInvalid(attributes("\"object\": {\"object_id\": true}"), "[event_attributes.object.object_id] is [true]; wanted " + id);
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

    /** What the index reads is valid. */
    public void testTimestamps() throws Exception {
        String[] good = { "\"2018-11-13T20:20:39+00:00\"", "\"2018-11-13T20:20:39\"", "\"2018-11-13T20:20:39.123456789-0800\"", "\"2018-11-13\"",
            "1768471200000", "\"1768471200000\"", "[\"2018-11-13T20:20:39Z\"]" };
        for (String time : good) {
            assertValid("{\"action_name\": \"click\", \"client_id\": 1, \"timestamp\": " + time + "}");
        }
        String pattern = TimeFormat.OF_DATES.pattern();
        String wanted = "; wanted a date and time such as [2026-01-15T10:00:00.000Z], in the format [" + pattern + "] of the index";
        for (String time : new String[] { "", "yesterday", "2018-11-13 20:20:39", "2018-02-30T20:20:39Z", "13.11.2018T20:20" }) {
            assertInvalid("{\"action_name\": \"click\", \"timestamp\": \"" + time + "\"}", "[timestamp] is [" + time + "]" + wanted);
        }
        assertInvalid("{\"action_name\": \"click\", \"timestamp\": true}", "[timestamp] is [true]" + wanted);
    }

    private static TimeFormat dates(String format) {
        return TimeFormat.of(new MappedField("timestamp", Map.of("type", "date", "format", format), null, null));
    }

    public void testTimestampsOfAnotherFormat() throws Exception {
        TimeFormat seconds = dates("epoch_second");
        UbiEvent event = UbiEvent.parse(new BytesArray("{\"action_name\": \"click\", \"client_id\": \"c\", \"timestamp\": 1768471200}"), ARRIVAL, seconds);
        assertNull(event.warning());
        assertEquals(
            "{\"timestamp\":\"1770091506.789\",\"action_name\": \"click\"}",
            UbiEvent.parse(new BytesArray("{\"action_name\": \"click\"}"), ARRIVAL, seconds).source().utf8ToString()
        );
        UbiEvent.InvalidException e = expectThrows(
            UbiEvent.InvalidException.class,
            () -> UbiEvent.parse(new BytesArray(with("\"client_id\": \"c\"")), ARRIVAL, seconds)
        );
        assertEquals(
            "[timestamp] is [2026-01-15T10:00:00Z]; wanted a date and time such as [1768471200], in the format [epoch_second] of the index",
            e.getMessage()
        );
    }

    public void testNullIsMissing() throws Exception {
        for (String name : new String[] { "application", "query_id", "session_id", "client_id", "user_id", "message_type", "message", "event_id", "event_attributes" }) {
            for (String none : new String[] { "null", "[]", "[null]" }) {
                assertValid(with("\"" + name + "\": " + none));
            }
        }
        assertValid(attributes("\"object\": null, \"position\": null"));
        assertValid(attributes("\"object\": {\"object_id\": 1, \"internal_id\": null, \"object_id_type\": null, \"object_id_field\": null}"));
        assertNull(parse(with("\"event_id\": null")).id());
        for (String none : new String[] { "null", "[ ]", "[null, null]" }) {
            String event = "{\"ä\": {\"timestamp\": null}, \"timestamp\" : %s , \"action_name\": \"click\"}";
            assertEquals(event.formatted("\"2026-02-03T04:05:06.789Z\""), parse(event.formatted(none)).source().utf8ToString());
        }
    }

    public void testListsAndNumbers() throws Exception {
        assertValid("{\"action_name\": [\"click\"], \"user_id\": [[\"ann\"]], \"query_id\": [7], " + TIME + "}");
        assertValid(attributes("\"object\": [{\"object_id\": \"a\"}, {\"object_id\": [\"b\", 2]}, null]"));
        assertValid(with("\"event_attributes\": [{\"object\": {\"object_id\": 1.5}}, {}]"));
        assertValid("{\"action_name\": 7, \"query_id\": 42.0, \"session_id\": 1, \"client_id\": 4.2e1, \"user_id\": -3, " + TIME + "}");
        assertInvalid(
            attributes("\"object\": {\"object_id\": [1" + ", 1".repeat(1_000) + "]}"),
            "[event_attributes.object.object_id] has more than [1000] values; send them in several events"
        );
    }

    /** Everything that the reader of the log reads is valid, and a valid event that the reader skips has a warning. */
    public void testAgreesWithTheReader() throws Exception {
        String[] values = { "null", "\"\"", "\"a\"", "7", "4.2e1", "[]", "[\"a\"]", "[null, 7]", "[\"\"]" };
        String[] times = { "\"2026-01-15T10:00:00Z\"", "1768471200000", "[\"2026-01-15\"]", "1768471200", "\"2027-01-15T10:00:00Z\"" };
        for (int i = 0; i < 500; i++) {
            String event = "{\"action_name\": " + randomFrom(values) + ", \"user_id\": " + randomFrom(values) + ", \"client_id\": " + randomFrom(values)
                + ", \"timestamp\": " + randomFrom(times) + ", \"event_attributes\": {\"object\": [{\"object_id\": " + randomFrom(values) + "}]}}";
            TimeFormat format = dates(TimeFormat.OF_DATES.pattern());
            EventReader.Content content = datesReader().read("e", new BytesArray(event), ARRIVAL.toEpochMilli());
            try {
                String warning = UbiEvent.parse(new BytesArray(event), ARRIVAL, format).warning();
                assertEquals(event, content.skipped().isEmpty(), warning == null);
            } catch (UbiEvent.InvalidException e) {
                assertEquals(event + e.getMessage(), List.of(), content.events());
            }
        }
    }

    private static EventReader datesReader() {
        MappingMetadata mapping = new MappingMetadata("_doc", Map.of("properties", Map.of("timestamp", Map.of("type", "date"))));
        return new EventReader(EventFields.UBI, Contexts.NONE, mapping);
    }

    public void testWarnings() throws Exception {
        String item = "\"event_attributes\": {\"object\": {\"object_id\": \"\"}}";
        assertNull(parse(with("\"client_id\": \"c\"")).warning());
        String nobody = "neither [user_id] nor [client_id] has a value: a tracker skips the event as [no_user] unless it reads users from other fields";
        assertEquals(nobody, parse("{\"action_name\": \"click\"}").warning());
        assertEquals(nobody, parse(with("\"client_id\": \"\", \"user_id\": null")).warning());
        assertEquals(
            "[action_name] is empty: a tracker skips the event as [no_action]; "
                + "[event_attributes.object.object_id] is empty: a tracker skips the event as [no_item]; "
                + "[timestamp] is [1795000000], which the index reads as [1970-01-21T18:36:40Z]: a tracker skips the event as [implausible_timestamp]",
            parse("{\"action_name\": \"\", \"user_id\": 7, \"timestamp\": 1795000000, " + item + "}").warning()
        );
        assertEquals(
            "[event_attributes.position] has neither [ordinal] nor [xy], which UBI requires; trackers do not read it",
            parse(attributes("\"position\": {\"x\": 96, \"y\": 127, \"trail\": [\"a\"]}").replace("{\"action", "{\"client_id\": \"c\", \"action")).warning()
        );
        assertThat(parse("{\"action_name\": \"x\", \"user_id\": 7, \"timestamp\": 1795000000000}").warning(), containsString("[future_timestamp]"));
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
        String wanted = "; wanted a string of 1 to [512] bytes or a number";
        assertInvalid(with("\"event_id\": \"" + most + "a\""), "[event_id] is [" + "ä".repeat(50) + "…] (257 characters)" + wanted);
        assertInvalid(with("\"event_id\": \"\""), "[event_id] is []" + wanted);
        assertInvalid(with("\"event_id\": true"), "[event_id] is [true]" + wanted);
        assertEquals("7", parse(with("\"event_id\": [7]")).id());
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
