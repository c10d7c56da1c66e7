package org.opensearch.affinity.event;

import org.opensearch.action.admin.indices.alias.Alias;
import org.opensearch.action.admin.indices.rollover.RolloverRequest;
import org.opensearch.action.search.SearchResponse;
import org.opensearch.affinity.event.RecordEventsAction.Request;
import org.opensearch.affinity.event.RecordEventsAction.Response;
import org.opensearch.cluster.metadata.DataStream;
import org.opensearch.common.action.ActionFuture;
import org.opensearch.common.settings.Settings;
import org.opensearch.core.common.bytes.BytesArray;
import org.opensearch.index.mapper.MapperService;
import org.opensearch.index.query.QueryBuilders;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

import static org.hamcrest.Matchers.containsString;

/** The index that events are written to, on a single node. */
public class EventIndexTests extends RecordEventsTestCase {
    public void testMapping() {
        String event = click("""
            "user_query": "red tent", "page": "home", "message": "some words", "event_attributes": {\
            "object": {"object_id": 42, "colour": "red"}, "position": {"ordinal": 3, "xy": {"x": 1, "y": 2.5}}, "day": "2026-01-01"}""");
        assertEquals(List.of(201), statuses(record(null, event)));
        MapperService mapper = mapper("ubi_events");
        Map<String, String> types = Map.ofEntries(
            Map.entry("application", "keyword"),
            Map.entry("action_name", "keyword"),
            Map.entry("client_id", "keyword"),
            Map.entry("user_id", "keyword"),
            Map.entry("session_id", "keyword"),
            Map.entry("query_id", "keyword"),
            Map.entry("message_type", "keyword"),
            Map.entry("message", "text"),
            Map.entry("user_query", "text"),
            Map.entry("timestamp", "date"),
            Map.entry("event_attributes.object.object_id", "keyword"),
            Map.entry("event_attributes.object.object_id_field", "keyword"),
            Map.entry("event_attributes.object.colour", "keyword"),
            Map.entry("event_attributes.position.ordinal", "integer"),
            Map.entry("event_attributes.position.xy.x", "float"),
            Map.entry("event_attributes.day", "keyword")
        );
        types.forEach((field, type) -> assertEquals(field, type, mapper.fieldType(field).typeName()));
        assertNull("other properties are not indexed", mapper.fieldType("page"));
        assertEquals(1, count("ubi_events", QueryBuilders.termQuery("event_attributes.object.object_id", "42")));

        String other = click("\"event_attributes\": {\"position\": {\"ordinal\": 12345678901}, \"day\": 7}");
        assertEquals("an event with an attribute of another type is written", List.of(201), statuses(record(null, other)));
    }

    public void testNumberOfAttributesIsLimited() {
        StringBuilder many = new StringBuilder("\"first\": 1");
        for (int i = 0; i < 500; i++) {
            many.append(", \"a").append(i).append("\": 1");
        }
        Response response = record(null, click("\"event_attributes\": {" + many + "}"), CLICK);
        assertEquals(List.of(400, 201), statuses(response));
        assertThat(response.outcomes().getFirst().error(), containsString("Limit of total fields [500] has been exceeded"));
    }

    public void testIndexOfTheSettingAndOfTheRequest() {
        set(Settings.builder().put("affinity.events.index", "clicks").build());
        record(null, CLICK);
        record("taps", CLICK, CLICK);
        assertEquals(1, count("clicks"));
        assertEquals(2, count("taps"));
        assertFalse(metadata().hasIndex("ubi_events"));
        IllegalArgumentException e = expectThrows(
            IllegalArgumentException.class,
            () -> set(Settings.builder().put("affinity.events.index", "cli*cks").build())
        );
        assertThat(e.getMessage(), containsString("[affinity.events.index] is [cli*cks], which must not contain"));
    }

    public void testExistingIndexIsNotChanged() {
        client().admin().indices().prepareCreate("mine").setMapping("user_id", "type=text").addAlias(new Alias("events")).get();
        record("events", CLICK);
        record("mine", CLICK);
        assertEquals(2, count("mine"));
        assertEquals("text", mapper("mine").fieldType("user_id").typeName());
        assertEquals(Settings.EMPTY, metadata().index("mine").getSettings().filter(name -> name.startsWith("index.mapping.")));
    }

    /** Timestamps are those that the mapping of the index reads, also the time of arrival. */
    public void testTimestampsAreThoseOfTheIndex() {
        client().admin().indices().prepareCreate("old").addAlias(new Alias("events").writeIndex(false)).get();
        client().admin()
            .indices()
            .prepareCreate("new")
            .setMapping("timestamp", "type=date,format=epoch_second")
            .addAlias(new Alias("events").writeIndex(true))
            .get();
        String second = "{\"action_name\": \"click\", \"client_id\": \"ann\", \"timestamp\": 1768471200}";
        Response response = record("events", second, "{\"action_name\": \"click\", \"client_id\": \"ann\"}", CLICK);
        assertEquals(List.of(201, 201, 400), statuses(response));
        assertThat(response.outcomes().get(2).error(), containsString("in the format [epoch_second] of the index"));
        assertNull(response.outcomes().getFirst().warning());
        assertEquals(1, count("new", QueryBuilders.rangeQuery("timestamp").gte("1768471200").lte("1768471200")));
        assertEquals(1, count("new", QueryBuilders.rangeQuery("timestamp").gte(System.currentTimeMillis() / 1000 - 60)));
        client().admin().indices().prepareCreate("numbers").setMapping("timestamp", "type=long").get();
        assertEquals(List.of(201, 201), statuses(record("numbers", second, "{\"action_name\": \"click\", \"client_id\": \"ann\"}")));
        assertEquals(1, count("numbers", QueryBuilders.rangeQuery("timestamp").gte(System.currentTimeMillis() - 60_000)));
        // Another mapping of the same name.
        client().admin().indices().prepareDelete("new", "old").get();
        Response again = record("events", second, CLICK);
        assertEquals(List.of(201, 201), statuses(again));
        assertThat(again.outcomes().getFirst().warning(), containsString("[implausible_timestamp]"));
    }

    public void testIndexThatMayNotBeCreated() {
        set(Settings.builder().put("action.auto_create_index", "false").build());
        Response response = record(null, CLICK);
        assertEquals(List.of(404), statuses(response));
        assertThat(response.outcomes().getFirst().error(), containsString("no such index [ubi_events]"));
        assertFalse(metadata().hasIndex("ubi_events"));
    }

    /** Concurrent requests to an index that does not exist yet. */
    public void testConcurrentFirstRequests() throws Exception {
        List<ActionFuture<Response>> answers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Request request = new Request(null, EventFormat.JSON, new BytesArray("[" + CLICK + "]"));
            answers.add(client().execute(RecordEventsAction.INSTANCE, request));
        }
        for (ActionFuture<Response> answer : answers) {
            assertEquals(List.of(201), statuses(answer.actionGet()));
        }
        assertEquals(10, count("ubi_events"));
        assertEquals("keyword", mapper("ubi_events").fieldType("user_id").typeName());
    }

    public void testDataStream() {
        set(Settings.builder().put("affinity.events.data_stream", true).build());
        assertEquals(List.of(201, 201), statuses(record(null, click("\"event_id\": \"e-1\""), "{\"action_name\": \"view\"}")));
        DataStream stream = metadata().dataStreams().get("ubi_events");
        assertEquals("timestamp", stream.getTimeStampField().getName());
        assertEquals("keyword", mapper(".ds-ubi_events-000001").fieldType("event_attributes.object.object_id").typeName());
        assertEquals(List.of(200), statuses(record(null, click("\"event_id\": \"e-1\""))));

        client().admin().indices().rolloverIndex(new RolloverRequest("ubi_events", null)).actionGet();
        assertEquals(List.of(201), statuses(record(null, CLICK)));
        assertEquals("500", metadata().index(".ds-ubi_events-000002").getSettings().get("index.mapping.total_fields.limit"));
        assertEquals(3, count("ubi_events"));
        SearchResponse newest = client().prepareSearch(".ds-ubi_events-000002").get();
        assertEquals(1, newest.getHits().getTotalHits().value());
        client().admin().indices().prepareDelete(".ds-ubi_events-000001").get();
        assertEquals("events of the deleted backing index are gone", 1, count("ubi_events"));
    }

    /** A name that matches the template of a data stream becomes one, whatever the setting is. */
    public void testDataStreamOfAnExistingTemplate() {
        set(Settings.builder().put("affinity.events.data_stream", true).build());
        record("one", CLICK);
        set(Settings.builder().put("affinity.events.data_stream", false).build());
        deleteDataStreams("one");
        assertEquals(List.of(201), statuses(record("one", CLICK)));
        assertEquals(Set.of("one"), metadata().dataStreams().keySet());
    }

    public void testTimeOfArrival() {
        Instant before = Instant.ofEpochMilli(System.currentTimeMillis() - 1_000);
        String id = record(null, "{\"action_name\": \"click\"}").outcomes().getFirst().id();
        Object time = client().prepareGet("ubi_events", id).get().getSourceAsMap().get("timestamp");
        assertTrue(time.toString(), Instant.parse(time.toString()).isAfter(before));
        assertEquals(1, count("ubi_events", QueryBuilders.rangeQuery("timestamp").gte(before.toString())));
    }
}
