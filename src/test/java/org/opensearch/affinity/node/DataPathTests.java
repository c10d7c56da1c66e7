package org.opensearch.affinity.node;

import org.opensearch.action.index.IndexRequestBuilder;
import org.opensearch.action.search.SearchResponse;
import org.opensearch.affinity.manage.DeleteTrackerAction;
import org.opensearch.affinity.manage.PutTrackerAction;
import org.opensearch.affinity.manage.TrackerStats;
import org.opensearch.affinity.manage.TrackerStatsAction;
import org.opensearch.affinity.profile.GetProfileAction;
import org.opensearch.affinity.profile.Profile;
import org.opensearch.affinity.rank.RankNode;
import org.opensearch.affinity.rank.RankStats;
import org.opensearch.affinity.rescore.AffinityRescorerBuilder;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.common.xcontent.XContentType;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.common.Strings;
import org.opensearch.core.xcontent.MediaTypeRegistry;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.search.SearchHit;
import org.opensearch.search.builder.SearchSourceBuilder;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** The whole way from events to scores, on one node in this JVM, with vectors given instead of encoded. */
public class DataPathTests extends AffinityNodeTestCase {
    private static final String TRACKER = """
        {"items": {"index": "products", "vector_field": "vector", "text_fields": ["title"]},
         "events": {"index": "ubi_events"},
         "actions": {"click": 1, "purchase": 3, "dislike": -2}, "half_life": "30d"}""";

    private final RankNode rank = new RankNode();

    @Override
    protected boolean resetNodeAfterTest() {
        return true;
    }

    private void products() {
        Settings settings = Settings.builder().put("number_of_shards", 2).put("number_of_replicas", 0).build();
        client().admin()
            .indices()
            .prepareCreate("products")
            .setSettings(settings)
            .setMapping("title", "type=text", "vector", "type=affinity_vector,dimension=2")
            .get();
        item("tent", "lamp for the tent", 1f, 0f);
        item("stove", "gas stove", 0.9f, 0.1f);
        item("desk", "lamp for the desk", 0f, 1f);
        item("chair", "office chair", 0.1f, 0.9f);
        client().prepareIndex("products").setId("plain").setSource(Map.of("title", "lamp without a vector")).get();
        client().admin().indices().prepareRefresh("products").get();
    }

    private void item(String id, String title, float x, float y) {
        client().prepareIndex("products").setId(id).setSource(Map.of("title", title, "vector", List.of(x, y))).get();
    }

    private static IndexRequestBuilder event(org.opensearch.transport.client.Client client, String user, String action, String item) {
        return client.prepareIndex("ubi_events")
            .setSource(
                Map.of(
                    "client_id",
                    user,
                    "action_name",
                    action,
                    "timestamp",
                    "2026-01-01T00:00:00Z",
                    "event_attributes",
                    Map.of("object", Map.of("object_id", item))
                )
            );
    }

    private void put(String name, String definition) throws IOException {
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, definition)) {
            Tracker tracker = Tracker.parse(name, parser);
            assertTrue(client().execute(PutTrackerAction.INSTANCE, new PutTrackerAction.Request(tracker)).actionGet().isAcknowledged());
        }
    }

    private String stats(String tracker) {
        TrackerStats stats = client().execute(TrackerStatsAction.INSTANCE, new TrackerStatsAction.Request(tracker)).actionGet();
        return Strings.toString(MediaTypeRegistry.JSON, stats);
    }

    private Profile profile(String user) {
        GetProfileAction.Request get = new GetProfileAction.Request("shop", user, TimeValue.timeValueSeconds(10));
        return client().execute(GetProfileAction.INSTANCE, get).actionGet().profile();
    }

    private SearchResponse search(String user) throws IOException {
        String rescore = "{\"tracker\": \"shop\", \"user\": \"" + user + "\", \"weight\": 3}";
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, rescore)) {
            SearchSourceBuilder source = new SearchSourceBuilder().query(QueryBuilders.matchQuery("title", "lamp")).explain(true);
            source.addRescorer(AffinityRescorerBuilder.fromXContent(parser, rank));
            return client().prepareSearch("products").setSource(source).get();
        }
    }

    public void testFromEventToScore() throws Exception {
        products();
        put("shop", TRACKER);
        event(client(), "ann", "purchase", "stove").get();
        event(client(), "bob", "click", "chair").get();
        event(client(), "bob", "dislike", "tent").get();
        event(client(), "bob", "click", "unheard of").get();
        event(client(), "bob", "click", "plain").get();
        event(client(), "bob", "hover", "tent").get();
        client().prepareIndex("ubi_events").setSource("{\"action_name\": \"click\"}", XContentType.JSON).get();
        assertBusy(() -> {
            String stats = stats("shop");
            assertTrue(stats, stats.contains("\"lag_events\":0") && stats.contains("\"applied\":3"));
        });
        String stats = stats("shop");
        for (String reason : List.of("unknown_item", "item_without_vector", "unweighted_action", "no_user")) {
            assertTrue(stats, stats.contains("\"" + reason + "\":1"));
        }
        assertEquals(1, profile("ann").interests().size());
        assertEquals(2, profile("bob").interests().size());
        assertEquals(2, profile("bob").events());

        assertEquals("tent", search("ann").getHits().getAt(0).getId());
        assertEquals("desk", search("bob").getHits().getAt(0).getId());
        for (String user : List.of("ann", "bob", "nobody")) {
            for (SearchHit hit : search(user).getHits()) {
                assertEquals(hit.getExplanation().getValue().floatValue(), hit.getScore(), 0f);
                if (user.equals("nobody") || hit.getId().equals("plain")) {
                    assertEquals(plainScore(hit.getId()), hit.getScore(), 0f);
                }
            }
        }
    }

    /** Who asks for one item by name wants that one. */
    public void testPreciseQueryIsLeftAlone() throws Exception {
        products();
        put("shop", TRACKER);
        event(client(), "ann", "purchase", "stove").get();
        assertBusy(() -> assertTrue(stats("shop").contains("\"applied\":1")));
        for (String precise : List.of("Lamp for the DESK", "desk")) {
            // A test that takes too long is as good as none, and a busy machine is slow.
            assertBusy(() -> assertEquals(precise, plainScore("tent"), score("tent", precise), 0f));
        }
        RankStats stats = rank.stats();
        assertTrue("" + stats, stats.navigational() >= 2 && stats.searches() >= 2 && stats.unavailable() == 0);
        for (String vague : List.of("lamp", "lamp for", "the desk lamp")) {
            assertTrue(vague, score("tent", vague) > plainScore("tent"));
        }
        assertEquals("two lamps on two shards, and one without a vector", stats.documents() + 3 * 3, rank.stats().documents());
    }

    private float score(String id, String queryText) throws IOException {
        String rescore = "{\"tracker\": \"shop\", \"user\": \"ann\", \"query_text\": \"" + queryText + "\"}";
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, rescore)) {
            SearchSourceBuilder source = new SearchSourceBuilder().query(QueryBuilders.matchQuery("title", "lamp"));
            source.addRescorer(AffinityRescorerBuilder.fromXContent(parser, rank));
            for (SearchHit hit : client().prepareSearch("products").setSource(source).get().getHits()) {
                if (hit.getId().equals(id)) {
                    return hit.getScore();
                }
            }
            throw new AssertionError(id);
        }
    }

    private float plainScore(String id) {
        for (SearchHit hit : client().prepareSearch("products").setQuery(QueryBuilders.matchQuery("title", "lamp")).get().getHits()) {
            if (hit.getId().equals(id)) {
                return hit.getScore();
            }
        }
        throw new AssertionError(id);
    }

    public void testSearchSurvivesTheLossOfProfiles() throws Exception {
        products();
        put("shop", TRACKER);
        client().admin().indices().prepareClose(".affinity-interests-shop").get();
        SearchResponse response = search("ann");
        assertEquals(3, response.getHits().getTotalHits().value());
        assertEquals(0, response.getFailedShards());
        assertEquals(1, rank.stats().unavailable());
        assertWarnings("[affinity] the profile is not available: the results are not personalised");
    }

    public void testUnknownTracker() throws Exception {
        products();
        put("shop", TRACKER);
        client().execute(DeleteTrackerAction.INSTANCE, new DeleteTrackerAction.Request("shop")).actionGet();
        Exception e = expectThrows(Exception.class, () -> search("ann"));
        assertTrue(e.toString(), e.toString().contains("[affinity] unknown tracker [shop]; defined: []"));
        assertTrue(client().admin().cluster().prepareState().get().getState().metadata().indices().keySet().stream().noneMatch(index -> index.startsWith(".affinity")));
    }
}
