package org.opensearch.affinity.event;

import org.apache.lucene.util.StringHelper;
import org.opensearch.Version;
import org.opensearch.affinity.event.Event.SkipReason;
import org.opensearch.affinity.tracker.Contexts;
import org.opensearch.affinity.tracker.EventFields;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.cluster.metadata.MappingMetadata;
import org.opensearch.common.xcontent.XContentHelper;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.common.bytes.BytesArray;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.test.OpenSearchTestCase;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

public class EventReaderTests extends OpenSearchTestCase {
    private static final long NOW = 1767323045000L;
    private static final EventReader UBI = new EventReader(EventFields.UBI, Contexts.NONE, null);

    private static Event only(EventReader.Content content) {
        assertEquals(List.of(), content.skipped());
        assertEquals(1, content.events().size());
        return content.events().getFirst();
    }

    private static Event parse(String json) {
        return only(UBI.read("e1", new BytesArray(json), NOW));
    }

    private static List<String> items(String json) {
        EventReader.Content content = UBI.read("e1", new BytesArray(json), NOW);
        assertEquals(List.of(), content.skipped());
        return content.events().stream().map(Event::item).toList();
    }

    /** A click of ann at {@link #NOW}, with these attributes. */
    private static String attributes(String attributes) {
        return "{\"user_id\": \"ann\", \"action_name\": \"click\", \"timestamp\": " + NOW + ", \"event_attributes\": " + attributes + "}";
    }

    private static Event event(String user, String item, String action) {
        return new Event(user, item, action, NOW, id("e1"), List.of());
    }

    private static int id(String id) {
        byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
        return StringHelper.murmurhash3_x86_32(bytes, 0, bytes.length, 0x5bd1e995);
    }

    private static void assertSkipped(SkipReason reason, String json) {
        EventReader.Content content = UBI.read("e1", new BytesArray(json), NOW);
        assertEquals(json, List.of(reason), content.skipped());
        assertEquals(json, List.of(), content.events());
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
        assertSkipped(SkipReason.FUTURE_TIMESTAMP, "{\"user_id\":\"u\",\"action_name\":\"c\"," + far + object);
        String past = "\"timestamp\":\"-292275055-01-01T00:00:00Z\",";
        assertSkipped(SkipReason.IMPLAUSIBLE_TIMESTAMP, "{\"user_id\":\"u\",\"action_name\":\"c\"," + past + object);
    }

    public void testNullsAndEmptyListsAreNoValues() {
        String event = "\"action_name\": [\"click\"], \"timestamp\": [" + NOW + "], \"event_attributes\": [{\"object\": {\"object_id\": [\"tent\"]}}]}";
        for (String none : List.of("null", "[]", "[null]", "\"\"", "[\"\", null]")) {
            assertEquals("c1", parse("{\"user_id\": " + none + ", \"client_id\": [\"c1\"], " + event).user());
            assertSkipped(SkipReason.NO_USER, "{\"user_id\": " + none + ", " + event);
        }
        assertEquals(event("ann", "tent", "click"), parse("{\"user_id\": [[\"ann\"]], " + event));
        assertEquals("ann", parse("{\"user_id\": [\"ann\", \"ann\"], " + event).user());
        assertSkipped(SkipReason.MALFORMED, "{\"user_id\": [\"ann\", \"bob\"], " + event);
        assertSkipped(SkipReason.NO_ITEM, attributes("null"));
        assertSkipped(SkipReason.NO_ITEM, attributes("{\"object\": []}"));
        assertSkipped(SkipReason.NO_ITEM, attributes("{\"object\": {\"object_id\": null}}"));
    }

    /** OpenSearch stores a list of objects as one document. Here each of them is an event. */
    public void testAnObjectOfAListIsAnEvent() {
        assertEquals(List.of("a", "b", "b"), items(attributes("{\"object\": [{\"object_id\": \"a\"}, {\"object_id\": \"b\"}, {\"object_id\": \"b\"}]}")));
        assertEquals(List.of("a", "b"), items(attributes("{\"object\": {\"object_id\": [\"a\", \"b\"]}}")));
        assertEquals(List.of("a", "b"), items(attributes("[{\"object\": {\"object_id\": \"a\"}}, {\"object\": [[{\"object_id\": \"b\"}]]}]")));
        assertEquals(List.of("a"), items(attributes("{\"object\": [{\"object_id\": \"a\"}, null]}")));
        assertEquals(List.of("a", "b"), items(attributes("null").replace("event_attributes\": null", "event_attributes.object\": [{\"object_id\": \"a\"}, {\"object_id\": \"b\"}]")));
        EventReader.Content some = UBI.read("e1", new BytesArray(attributes("{\"object\": [{\"name\": \"x\"}, {\"object_id\": \"b\"}]}")), NOW);
        assertEquals(List.of(event("ann", "b", "click")), some.events());
        assertEquals(List.of(SkipReason.NO_ITEM), some.skipped());
        EventReader.Content nobodys = UBI.read("e1", new BytesArray(attributes("{\"object\": {\"object_id\": [1, 2]}}").replace("user_id", "who")), NOW);
        assertEquals(List.of(SkipReason.NO_USER, SkipReason.NO_USER), nobodys.skipped());
    }

    /** Values beside the item's id belong to the event of their object, others to all events of the document. */
    public void testValuesOfTheObjectsOfAList() throws Exception {
        Tracker tracker = tracker("""
            {"items": {"index": "products", "vector_field": "v"}, "actions": {"click": 1},
             "events": {"index": "ubi", "fields": {"item": "cart.product.id", "action": "cart.action", "time": "at", "id": "cart.line"}},
             "context": {"place": {"field": "cart.shelf"}, "on": {"field": "device"}}}""");
        EventReader reader = new EventReader(tracker.events().fields(), tracker.contexts(), null);
        String json = "{\"cart\": [{\"product\": {\"id\": \"a\"}, \"action\": \"buy\", \"line\": \"l1\", \"shelf\": [\"low\", \"left\"]},"
            + "{\"product\": {\"id\": 7}, \"action\": \"view\"}], \"client_id\": \"ann\", \"at\": " + NOW + ", \"device\": \"phone\"}";
        List<Event> events = reader.read("e1", new BytesArray(json), NOW).events();
        Event first = new Event("ann", "a", "buy", NOW, id("l1"), List.of("on=phone", "place=low"));
        assertEquals(List.of(first, new Event("ann", "7", "view", NOW, id("e1"), List.of("on=phone"))), events);
    }

    private static float rating(String attributes) {
        return parse(attributes("{\"object\": {\"object_id\": \"tent\"}" + attributes + "}")).rating();
    }

    /** As fields of type {@code float} take them. */
    public void testRatings() {
        for (String rating : List.of("4.5", "\"4.5\"", "[4.5]", "45e-1", "[null, 4.5, 4.5]", "\" 4.5\"")) {
            assertEquals(rating, 4.5f, rating(", \"rating\": " + rating), 0f);
        }
        assertEquals("any number", -3e9f, rating(", \"rating\": -3000000000"), 0f);
        assertEquals(0f, rating(", \"rating\": 0"), 0f);
        assertTrue(Float.isNaN(rating("")));
        // The event counts all the same.
        for (String none : List.of("null", "[]", "\"\"", "\"good\"", "true", "[4, 5]", "\"NaN\"", "\"Infinity\"", "1e39", "{\"value\": 4}", "[{}]")) {
            assertTrue(none, Float.isNaN(rating(", \"rating\": " + none)));
        }
    }

    /** A rating beside the item's id is that of the item, another one that of all items of the document. */
    public void testRatingsOfTheObjectsOfAList() throws Exception {
        Tracker tracker = tracker("""
            {"items": {"index": "products", "vector_field": "v"}, "actions": {"click": 1},
             "events": {"index": "ubi", "fields": {"rating": "event_attributes.object.stars"}}}""");
        EventReader reader = new EventReader(tracker.events().fields(), tracker.contexts(), null);
        String objects = attributes("{\"object\": [{\"object_id\": \"a\", \"stars\": 5}, {\"object_id\": \"b\"}], \"rating\": 1}");
        List<Event> events = reader.read("e1", new BytesArray(objects), NOW).events();
        assertEquals(List.of(5f, Float.NaN), events.stream().map(Event::rating).toList());
        assertEquals(List.of(1f, 1f), UBI.read("e1", new BytesArray(objects), NOW).events().stream().map(Event::rating).toList());
    }

    public void testEventsOfADocumentAreLimited() {
        String objects = "{\"object_id\": 1}" + ", {\"object_id\": 1}".repeat(999);
        assertEquals(1_000, items(attributes("{\"object\": [" + objects + "]}")).size());
        assertSkipped(SkipReason.MALFORMED, attributes("{\"object\": [" + objects + ", {\"object_id\": 1}]}"));
        assertSkipped(SkipReason.MALFORMED, attributes("{\"object\": {\"object_id\": [1" + ", 1".repeat(1_000) + "]}}"));
    }

    public void testNumbersAsIds() {
        for (String number : List.of("42", "42.0", "4.2e1", "420E-1", "\"42\"")) {
            String event = attributes("{\"object\": {\"object_id\": " + number + "}}").replace("\"ann\"", number);
            assertEquals(event("42", "42", "click"), parse(event));
        }
        assertEquals(List.of("1.5", "12345678901234567890", "0", "1e999999999", "42.0"), items(attributes("{\"object\": {\"object_id\": [1.50, 12345678901234567890, -0.0, 1e999999999, \"42.0\"]}}")));
    }

    private static EventReader mapped(String properties) {
        MappingMetadata mapping = new MappingMetadata("_doc", XContentHelper.convertToMap(JsonXContent.jsonXContent, "{\"properties\": {" + properties + "}}", false));
        return new EventReader(EventFields.UBI, Contexts.NONE, mapping);
    }

    private static String at(String timestamp) {
        return attributes("{\"object\": {\"object_id\": \"tent\"}}").replace("\"timestamp\": " + NOW, "\"timestamp\": " + timestamp);
    }

    private static long time(EventReader reader, String timestamp) {
        return only(reader.read("e1", new BytesArray(at(timestamp)), NOW)).time();
    }

    private static void assertSkipped(SkipReason reason, EventReader reader, String timestamp) {
        assertEquals(List.of(reason), reader.read("e1", new BytesArray(at(timestamp)), NOW).skipped());
    }

    /** The values that OpenSearch indexes for fields with these mappings. */
    public void testTimesAsTheMappingReadsThem() {
        EventReader dates = mapped("\"timestamp\": {\"type\": \"date\"}");
        assertEquals(NOW, time(dates, "" + NOW));
        assertEquals(NOW, time(dates, "\"" + NOW + "\""));
        assertEquals(NOW, time(dates, "\"2026-01-02T04:04:05+01:00\""));
        assertSkipped(SkipReason.IMPLAUSIBLE_TIMESTAMP, dates, "1767323045");
        EventReader seconds = mapped("\"timestamp\": {\"type\": \"date\", \"format\": \"epoch_second\"}");
        assertEquals(NOW, time(seconds, "1767323045"));
        assertEquals(NOW + 250, time(seconds, "1767323045.25"));
        assertSkipped(SkipReason.FUTURE_TIMESTAMP, seconds, "" + NOW);
        assertSkipped(SkipReason.NO_TIMESTAMP, seconds, "\"2026-01-02T03:04:05Z\"");
        EventReader german = mapped("\"timestamp\": {\"type\": \"date_nanos\", \"format\": \"d. MMMM uuuu HH:mm:ss||epoch_millis\", \"locale\": \"de\"}");
        assertEquals(NOW, time(german, "\"2. Januar 2026 03:04:05\""));
        assertEquals(NOW, time(german, "" + NOW));
        assertSkipped(SkipReason.NO_TIMESTAMP, german, "\"2026-01-02T03:04:05Z\"");
    }

    /** Without a date field there is no unit: seconds and milliseconds of plausible times differ by their size. */
    public void testTimesOfOtherFields() {
        for (EventReader reader : List.of(UBI, mapped("\"timestamp\": {\"type\": \"long\"}"), mapped("\"timestamp\": {\"type\": \"keyword\"}"))) {
            assertEquals(NOW, time(reader, "" + NOW));
            assertEquals(NOW, time(reader, "1767323045"));
            assertEquals(NOW, time(reader, "\"1.767323045E9\""));
            assertEquals(NOW, time(reader, "\"2026-01-02T03:04:05Z\""));
            assertEquals(1735689600000L, time(reader, "2025"));
            assertSkipped(SkipReason.IMPLAUSIBLE_TIMESTAMP, reader, "1");
            assertSkipped(SkipReason.IMPLAUSIBLE_TIMESTAMP, reader, "-1767323045000");
            assertSkipped(SkipReason.FUTURE_TIMESTAMP, reader, "1767323045000000");
            assertSkipped(SkipReason.FUTURE_TIMESTAMP, reader, "1e99");
        }
    }

    /** Sub-fields and aliases are fields of the mapping that documents do not have. */
    public void testSubFieldsAndAliases() throws Exception {
        Tracker tracker = tracker("""
            {"items": {"index": "products", "vector_field": "v"}, "actions": {"click": 1},
             "events": {"index": "ubi", "fields": {"user": "user_id.keyword", "item": "sku", "time": "when"}},
             "context": {"on": {"field": "device.keyword"}}}""");
        String properties = "{\"user_id\": {\"type\": \"text\", \"fields\": {\"keyword\": {\"type\": \"keyword\"}}},"
            + "\"device\": {\"type\": \"text\", \"fields\": {\"keyword\": {\"type\": \"keyword\"}}},"
            + "\"when\": {\"type\": \"alias\", \"path\": \"timestamp\"}, \"timestamp\": {\"type\": \"date\", \"format\": \"epoch_second\"},"
            + "\"sku\": {\"type\": \"alias\", \"path\": \"event_attributes.object.object_id\"}}";
        MappingMetadata mapping = new MappingMetadata("_doc", XContentHelper.convertToMap(JsonXContent.jsonXContent, "{\"properties\":" + properties + "}", false));
        EventReader reader = new EventReader(tracker.events().fields(), tracker.contexts(), mapping);
        String json = at("1767323045").replace("\"user_id\"", "\"device\": \"phone\", \"user_id\"");
        Event event = new Event("ann", "tent", "click", NOW, id("e1"), List.of("on=phone"));
        assertEquals(event, only(reader.read("e1", new BytesArray(json), NOW)));
    }

    public void testReaderIsMadeAgainWhenTheMappingChanges() throws Exception {
        Tracker tracker = tracker("{\"items\": {\"index\": \"products\", \"vector_field\": \"v\"}, \"actions\": {\"click\": 1}, \"events\": {\"index\": \"ubi\"}}");
        EventReaders readers = new EventReaders();
        IndexMetadata index = IndexMetadata.builder("ubi")
            .settings(settings(Version.CURRENT).put("index.uuid", "u"))
            .numberOfShards(1)
            .numberOfReplicas(0)
            .putMapping("{\"properties\": {\"timestamp\": {\"type\": \"date\", \"format\": \"epoch_second\"}}}")
            .build();
        EventReader first = readers.of(tracker, index);
        assertEquals(NOW, time(first, "1767323045"));
        assertSame(first, readers.of(tracker, IndexMetadata.builder(index).version(7).build()));
        assertSame("the index was deleted", first, readers.of(tracker, null));
        assertNotSame(first, readers.of(tracker, IndexMetadata.builder(index).mappingVersion(2).build()));
    }

    public void testTimeInTheFuture() throws Exception {
        String event = "{\"user_id\":\"u\",\"action_name\":\"c\",\"event_attributes\":{\"object\":{\"object_id\":\"i\"}},\"timestamp\":";
        long day = 24 * 60 * 60 * 1000L;
        assertEquals(NOW + day, parse(event + (NOW + day) + "}").time());
        assertSkipped(SkipReason.FUTURE_TIMESTAMP, event + (NOW + day + 1) + "}");
    }

    private Tracker tracker(String definition) throws IOException {
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, definition)) {
            return Tracker.parse("shop", parser);
        }
    }

    public void testOtherFieldsAndContexts() throws Exception {
        Tracker tracker = tracker("""
            {"items": {"index": "products", "vector_field": "v"}, "actions": {"click": 1}, "time_zone": "Europe/Berlin",
             "events": {"index": "ubi", "fields": {"user": ["who", "visitor.id"], "item": "what", "time": "at", "id": "event_id"}},
             "context": {"hour": {"time": "hour"}, "day": {"time": "weekday"}, "on": {"field": "ua.device"}}}""");
        EventReader reader = new EventReader(tracker.events().fields(), tracker.contexts(), null);
        String json = "{\"visitor\":{\"id\":\"v\"},\"what\":\"tent\",\"action_name\":\"click\",\"at\":" + NOW + ",\"event_id\":\"x\",\"ua\":{\"device\":\"phone\"}}";
        Event event = only(reader.read("e1", new BytesArray(json), NOW));
        // 03:04:05 UTC on a Friday is 04:04:05 in Berlin.
        assertEquals(new Event("v", "tent", "click", NOW, id("x"), List.of("day=friday", "hour=3", "on=phone")), event);
        assertEquals(id("e1"), only(reader.read("e1", new BytesArray(json.replace("event_id", "other")), NOW)).id());
    }
}
