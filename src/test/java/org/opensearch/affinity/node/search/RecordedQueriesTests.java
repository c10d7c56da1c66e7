package org.opensearch.affinity.node.search;

import org.opensearch.ExceptionsHelper;
import org.opensearch.affinity.manage.GetModelsAction;
import org.opensearch.affinity.manage.PutTrackerAction;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.affinity.train.TrainAction;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.core.xcontent.XContentParser;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Weights learned from recorded UBI queries, and from events that name their query. */
public class RecordedQueriesTests extends RankTestCase {
    private static final int QUERIES = 60;
    private static final long BEGIN = 1_700_000_000_000L;

    @Override
    protected boolean resetNodeAfterTest() {
        return true;
    }

    /** Users who click the item whose title is the query, whatever its {@code base}. */
    private void recordQueries() throws Exception {
        items();
        String mapping = "{\"properties\": {\"query_id\": {\"type\": \"keyword\"}, \"timestamp\": {\"type\": \"date\"}}}";
        client().admin().indices().prepareCreate("ubi_queries").setMapping(mapping).get();
        for (int i = 0; i < QUERIES; i++) {
            record("q" + i, i, Map.of("client_id", "u" + i));
            choice("q" + i, i, Map.of("user_id", "u" + i));
        }
        client().prepareIndex("ubi_queries").setSource(Map.of("query_id", "without events", "user_query", "x")).get();
        refresh("ubi_queries");
        trackTitles("");
    }

    private void items() throws Exception {
        createItems("shop", 1, "");
        for (int i = 0; i < 20; i++) {
            Map<String, Object> item = item(1 + i, randomVector());
            item.put("title", "thing" + i);
            index("shop", "p" + i, item);
        }
        refresh("shop");
    }

    /** Records the i-th query; {@code more} has its user, and values that replace those of other fields. */
    private void record(Object id, int i, Map<String, Object> more) {
        Map<String, Object> query = new HashMap<>(Map.of("query_id", id, "user_query", "thing" + i % 10, "timestamp", BEGIN + 10_000L * i));
        query.putAll(more);
        query.values().removeIf(""::equals);
        client().prepareIndex("ubi_queries").setSource(query).get();
    }

    /** Logs the click after the i-th query. */
    private void choice(Object id, int i, Map<String, Object> user) {
        Map<String, Object> object = Map.of("object", Map.of("object_id", "p" + i % 10));
        Map<String, Object> event = new HashMap<>(Map.of("action_name", "click", "query_id", id, "event_attributes", object));
        event.put("timestamp", BEGIN + 10_000L * i + 1_000);
        event.putAll(user);
        client().prepareIndex("ubi_events").setSource(event).get();
    }

    @SuppressWarnings("unchecked")
    private Map<String, Object> fusion(String search) throws Exception {
        refresh("ubi_queries");
        refresh("ubi_events");
        return (Map<String, Object>) train("{\"ubi_queries\": \"ubi_queries\", \"search\": {" + search + "}}").get("fusion");
    }

    /** @param used number of lessons and checks */
    private static void assertQueries(int read, int joined, int unrecorded, Map<String, Integer> dropped, int used, Map<?, ?> fusion) {
        Map<String, Object> queries = Map.of("read", read, "joined", joined, "unrecorded", unrecorded, "dropped", dropped);
        assertEquals(fusion.toString(), queries, fusion.get("queries"));
        assertEquals(fusion.toString(), used, (int) fusion.get("lessons") + (int) fusion.get("checks"));
    }

    @SuppressWarnings("unchecked")
    public void testQueriesAreJoinedWithTheirEvents() throws Exception {
        recordQueries();
        Map<String, Object> model = train("{\"ubi_queries\": \"ubi_queries\", \"search\": {" + BY_BASE + "}}");
        Map<String, Object> fusion = (Map<String, Object>) model.get("fusion");
        assertQueries(61, 60, 0, Map.of("no_event", 1), QUERIES, fusion);
        assertEquals(QUERIES, (int) fusion.get("lessons") + (int) fusion.get("checks"));
        assertEquals(true, fusion.get("accepted"));
        assertEquals(fusion.toString(), 1, (double) fusion.get("ndcg@10_after"), 0);
        assertTrue((double) fusion.get("ndcg@10_before") < 1);
        assertEquals(List.of(1.0, 1.0), fusion.get("ndcg@10_after_95"));
        assertEquals(2, ((List<?>) fusion.get("ndcg@10_before_95")).size());
        Map<String, Object> weights = (Map<String, Object>) ((Map<String, Object>) model.get("ranking")).get("signals");
        assertTrue(weights.toString(), (double) weights.get("match_title") > 1);
    }

    /** @param fields of events, with a comma before, or nothing */
    private void trackTitles(String fields) throws Exception {
        String definition = """
            {"items": {"index": "shop", "vector_field": "vector", "text_fields": ["title"]}, "events": {"index": "ubi_events"%s},
             "actions": {"click": 1}, "signals": {"popularity": {"weight": 0}}}""".formatted(fields);
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, definition)) {
            Tracker tracker = Tracker.parse("t", parser);
            client().execute(PutTrackerAction.INSTANCE, new PutTrackerAction.Request(tracker)).actionGet();
        }
    }

    /** Dynamic mappings have a sub-field {@code keyword}. The user is the one whose events the tracker follows. */
    public void testQueriesWithoutAMappingOrAUser() throws Exception {
        items();
        trackTitles(", \"fields\": {\"user\": \"account.id\"}");
        for (int i = 0; i < QUERIES; i++) {
            String user = i % 3 == 0 ? "" : "someone else";
            record("a-b-" + i, i, Map.of("user_id", "", "client_id", user));
            choice("a-b-" + i, i, Map.of("account", Map.of("id", "u" + i), "user_id", ""));
        }
        assertQueries(60, 60, 0, Map.of(), QUERIES, fusion(BY_BASE));
    }

    public void testWhatCannotBeJoinedIsCounted() throws Exception {
        recordQueries();
        record("q0", 0, Map.of("client_id", "u0"));
        record("q1", 1, Map.of("client_id", "u1"));
        record("no event", 1, Map.of("client_id", "u1"));
        List<Map<String, Object>> wrong = List.of(
            Map.of("timestamp", ""),
            Map.of("timestamp", 1_700_000),
            Map.of("user_query", ""),
            Map.of("user_id", "u4"),
            Map.of("user_id", "u7")
        );
        for (int i = 0; i < wrong.size(); i++) {
            record("w" + i, 10 + i, wrong.get(i));
            choice("w" + i, 10 + i, Map.of("user_id", "u4"));
        }
        for (int i = 3; i < wrong.size(); i++) {
            choice("w" + i, 10 + i, Map.of("user_id", "u5"));
        }
        choice("not recorded", 1, Map.of("user_id", "u1"));
        String byTitle = "\"query\": {\"match\": {\"title\": \"{{user_query}}\"}}";
        Map<String, Integer> dropped = new HashMap<>(Map.of("no_event", 2, "repeated", 2, "several_users", 1, "no_timestamp", 2));
        dropped.put("no_user_query", 1);
        assertQueries(69, 61, 1, dropped, 61, fusion(byTitle));
        String nothing = "\"query\": {\"match\": {\"title\": \"nothing\"}}";
        Map<String, Object> unlearned = fusion(nothing);
        dropped.remove("no_user_query");
        dropped.put("no_relevant_hit", 62);
        assertQueries(69, 62, 1, dropped, 0, unlearned);
        assertEquals("fewer than 30 lessons", unlearned.get("reason"));
        assertFalse(unlearned.toString(), unlearned.containsKey("ndcg@10_after"));
    }

    /** In seconds, under a sub-field, and as numbers. */
    public void testFieldsAreReadAsTheyAreMapped() throws Exception {
        items();
        trackTitles("");
        String mapping = """
            {"properties": {"query_id": {"type": "text", "fields": {"raw": {"type": "keyword"}}},
             "timestamp": {"type": "date", "format": "epoch_second"}}}""";
        client().admin().indices().prepareCreate("ubi_queries").setMapping(mapping).get();
        for (int i = 0; i < QUERIES; i++) {
            record(List.of(1_000 + i), i, Map.of("timestamp", BEGIN / 1_000 + 10 * i));
            choice(1_000 + i, i, Map.of("user_id", "u" + i));
        }
        assertQueries(60, 60, 0, Map.of(), QUERIES, fusion(BY_BASE));
    }

    public void testIndicesThatCannotBeJoinedAreRefused() throws Exception {
        items();
        trackTitles("");
        choice("q1", 1, Map.of("user_id", "u1"));
        client().admin().indices().prepareCreate("typed").setMapping("{\"properties\": {\"query_id\": {\"type\": \"text\"}}}").get();
        client().admin().indices().prepareCreate("unkept").setMapping("""
            {"_source": {"enabled": false}, "properties": {"query_id": {"type": "keyword"}}}""").get();
        String search = "\", \"search\": {" + BY_BASE + "}}";
        assertRefused(
            "[ubi_queries] must be an index of UBI queries; [shop] has no field [query_id]",
            () -> train("{\"ubi_queries\": \"shop" + search)
        );
        assertRefused(
            "[ubi_queries] must be an index that finds a query by its id: field [query_id] of index [typed] must be a [keyword] or have a "
                + "sub-field of that type, got [text]",
            () -> train("{\"ubi_queries\": \"typed" + search)
        );
        assertRefused("must be an index that keeps [_source]; [unkept] does not keep", () -> train("{\"ubi_queries\": \"unkept" + search));
        Exception missing = expectThrows(Exception.class, () -> train("{\"ubi_queries\": \"none" + search));
        assertEquals(RestStatus.NOT_FOUND, ExceptionsHelper.status(missing));
    }

    /** Half of the users are in the sample. The queries of the others would be those of people without a history. */
    public void testLogBeyondTheLimit() throws Exception {
        recordQueries();
        try {
            limit(QUERIES);
            assertSampledBeyondTheLimit();
        } finally {
            limit(null);
        }
    }

    private void assertSampledBeyondTheLimit() throws Exception {
        assertNull("it fits", train("{}").get("sample"));
        limit(QUERIES / 2);
        Map<String, Object> model = train("{\"ubi_queries\": \"ubi_queries\", \"search\": {" + BY_BASE + "}}");
        assertEquals(QUERIES / 2, model.get("events"));
        assertEquals(QUERIES / 2, model.get("users"));
        assertEquals("a whole model", 10, model.get("items"));
        Map<?, ?> sample = (Map<?, ?>) model.get("sample");
        assertEquals(QUERIES, sample.get("events_read"));
        assertEquals(QUERIES / 2, sample.get("events_used"));
        assertEquals("max_events", sample.get("limited_by"));
        assertEquals(0.5, (double) sample.get("users_fraction"), 0.2);
        assertQueries(61, 60, 0, Map.of("no_event", 1, "not_in_sample", 30), 30, (Map<?, ?>) model.get("fusion"));
        GetModelsAction.Request last = new GetModelsAction.Request("t", (int) model.get("number"));
        assertEquals("stored", sample, models(client().execute(GetModelsAction.INSTANCE, last).actionGet()).get(0).get("sample"));
    }

    /** @param events null for the default */
    private void limit(Integer events) {
        Settings setting = Settings.builder().put(TrainAction.MAX_EVENTS.getKey(), events == null ? null : events.toString()).build();
        client().admin().cluster().prepareUpdateSettings().setPersistentSettings(setting).get();
    }

    public void testBadRequests() throws Exception {
        recordQueries();
        assertRefused("[ubi_queries] must be the name of an index of UBI queries, got [5]", () -> train("{\"ubi_queries\": 5}"));
        assertRefused("[ubi_queries] is instead of [queries] and [index]", () -> train("{\"ubi_queries\": \"a\", \"index\": \"b\"}"));
        assertRefused("[weights_of] takes the weights and the parts of another model", () -> train("{\"ubi_queries\": \"a\", \"weights_of\": 1}"));
    }
}
