package org.opensearch.affinity.node.search;

import org.opensearch.affinity.manage.PutTrackerAction;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.xcontent.XContentParser;

import java.util.HashMap;
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
        createItems("shop", 1, "");
        for (int i = 0; i < 20; i++) {
            Map<String, Object> item = item(1 + i, randomVector());
            item.put("title", "thing" + i);
            index("shop", "p" + i, item);
        }
        refresh("shop");
        String mapping = "{\"properties\": {\"query_id\": {\"type\": \"keyword\"}, \"timestamp\": {\"type\": \"date\"}}}";
        client().admin().indices().prepareCreate("ubi_queries").setMapping(mapping).get();
        for (int i = 0; i < QUERIES; i++) {
            long time = BEGIN + 10_000L * i;
            String text = "thing" + i % 10;
            Map<String, Object> query = Map.of("query_id", "q" + i, "client_id", "u" + i, "user_query", text, "timestamp", time);
            client().prepareIndex("ubi_queries").setSource(query).get();
            Map<String, Object> object = Map.of("object", Map.of("object_id", "p" + i % 10));
            Map<String, Object> event = new HashMap<>(Map.of("user_id", "u" + i, "action_name", "click", "query_id", "q" + i));
            event.put("timestamp", time + 1_000);
            event.put("event_attributes", object);
            client().prepareIndex("ubi_events").setSource(event).get();
        }
        client().prepareIndex("ubi_queries").setSource(Map.of("query_id", "without events", "user_query", "x")).get();
        refresh("ubi_queries");
        trackPopular("t", "shop", ", \"signals\": {\"popularity\": {\"weight\": 0}}");
    }

    @SuppressWarnings("unchecked")
    public void testQueriesAreJoinedWithTheirEvents() throws Exception {
        recordQueriesAndTitles();
        Map<String, Object> model = train("{\"ubi_queries\": \"ubi_queries\", \"search\": {" + BY_BASE + "}}");
        Map<String, Object> fusion = (Map<String, Object>) model.get("fusion");
        assertEquals(QUERIES, (int) fusion.get("lessons") + (int) fusion.get("checks"));
        assertEquals(true, fusion.get("accepted"));
        assertEquals(fusion.toString(), 1, (double) fusion.get("ndcg@10_after"), 0);
        assertTrue((double) fusion.get("ndcg@10_before") < 1);
        Map<String, Object> weights = (Map<String, Object>) ((Map<String, Object>) model.get("ranking")).get("signals");
        assertTrue(weights.toString(), (double) weights.get("match_title") > 1);
    }

    /** With titles as text fields of the tracker. */
    private void recordQueriesAndTitles() throws Exception {
        recordQueries();
        String definition = """
            {"items": {"index": "shop", "vector_field": "vector", "text_fields": ["title"]}, "events": {"index": "ubi_events"},
             "actions": {"click": 1}, "signals": {"popularity": {"weight": 0}}}""";
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, definition)) {
            Tracker tracker = Tracker.parse("t", parser);
            client().execute(PutTrackerAction.INSTANCE, new PutTrackerAction.Request(tracker)).actionGet();
        }
    }

    public void testBadRequests() throws Exception {
        recordQueries();
        assertRefused("[ubi_queries] must be the name of an index of UBI queries, got [5]", () -> train("{\"ubi_queries\": 5}"));
        assertRefused("[ubi_queries] is instead of [queries] and [index]", () -> train("{\"ubi_queries\": \"a\", \"index\": \"b\"}"));
        assertRefused("[weights_of] takes the weights of another model", () -> train("{\"ubi_queries\": \"a\", \"weights_of\": 1}"));
    }
}
