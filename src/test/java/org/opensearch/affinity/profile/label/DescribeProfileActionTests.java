package org.opensearch.affinity.profile.label;

import org.opensearch.ResourceNotFoundException;
import org.opensearch.affinity.manage.PutTrackerAction;
import org.opensearch.affinity.node.AffinityNodeTestCase;
import org.opensearch.affinity.rank.RankNode;
import org.opensearch.affinity.rescore.AffinityRescorerBuilder;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.common.Strings;
import org.opensearch.core.xcontent.MediaTypeRegistry;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.search.builder.SearchSourceBuilder;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The description of a profile, and the same labels in explanations of hits, on one node in this JVM. */
public class DescribeProfileActionTests extends AffinityNodeTestCase {
    private static final long DAY = 24 * 60 * 60 * 1000L;

    private final long now = System.currentTimeMillis();

    @Override
    protected boolean resetNodeAfterTest() {
        return true;
    }

    private void item(String id, String title, float x, float y) {
        client().prepareIndex("products").setId(id).setSource(Map.of("title", title, "vector", List.of(x, y))).get();
    }

    private void event(String action, String item, long time) {
        Map<String, Object> event = new HashMap<>(Map.of("client_id", "ann", "action_name", action));
        event.put("timestamp", Instant.ofEpochMilli(time).toString());
        event.put("device", item.equals("t0") ? "phone" : "tablet");
        event.put("event_attributes", Map.of("object", Map.of("object_id", item)));
        client().prepareIndex("ubi_events").setSource(event).get();
    }

    /** Bicycle lights along one axis, desk lamps along the other, and what all have in common. */
    private void shop() throws Exception {
        client().admin().indices().prepareCreate("products")
            .setMapping("{\"properties\":{\"title\":{\"type\":\"text\"},\"vector\":{\"type\":\"affinity_vector\",\"dimension\":2}}}")
            .get();
        for (int i = 0; i < 12; i++) {
            item("t" + i, "Bicycle lights for the road, model " + i, 1, i / 100f);
            item("d" + i, "Lamp for the desk, model " + i, i / 100f, 1);
        }
        client().admin().indices().prepareRefresh("products").get();
        String tracker = """
            {"items": {"index": "products", "vector_field": "vector", "text_fields": ["title"]}, "events": {"index": "ubi_events"},
             "actions": {"click": 1}, "half_life": "10d", "context": {"device": {"field": "device"}}}""";
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, tracker)) {
            client().execute(PutTrackerAction.INSTANCE, new PutTrackerAction.Request(Tracker.parse("shop", parser))).actionGet();
        }
        event("click", "t0", now - 60 * DAY);
        event("click", "d1", now - 20 * DAY);
        event("click", "t1", now - 10 * DAY);
        event("click", "t2", now - 10 * DAY);
        assertBusy(() -> {
            try {
                assertEquals(4, (int) json(describe("ann")).get("events"));
            } catch (ResourceNotFoundException e) {
                throw new AssertionError("not yet", e);
            }
        });
    }

    private ProfileDescription describe(String user) {
        return client().execute(DescribeProfileAction.INSTANCE, new DescribeProfileAction.Request("shop", user)).actionGet();
    }

    private Map<String, Object> json(ProfileDescription description) throws IOException {
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, Strings.toString(MediaTypeRegistry.JSON, description))) {
            return parser.map();
        }
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> list(Object parent, String name) {
        return (List<Map<String, Object>>) ((Map<String, Object>) parent).get(name);
    }

    private static double number(Object parent, String name) {
        return ((Number) ((Map<?, ?>) parent).get(name)).doubleValue();
    }

    public void testDescribesInterestsWithContextsAndTimes() throws Exception {
        shop();
        ProfileDescription description = describe("ann");
        Map<String, Object> profile = json(description);
        assertEquals(1 - Math.pow(0.7, 4), number(profile, "confidence"), 0.001);
        Map<String, Object> lights = list(profile, "interests").get(0);
        Map<String, Object> desks = list(profile, "interests").get(1);
        assertEquals("bicycle lights, road", lights.get("label"));
        assertEquals("desk, lamp", desks.get("label"));
        assertEquals("Lamp for the desk, model 1", list(desks, "examples").getFirst().get("title"));
        assertEquals(1.0, number(list(desks, "examples").getFirst(), "share"), 0);
        // Two events, and one of which five half-lives left 1/32; another half-life since.
        assertEquals(2 + 1 / 32.0, number(lights, "weight"), 1e-3);
        assertEquals(1 + 1 / 64.0, number(lights, "weight_now"), 0.01);
        assertEquals(3, lights.get("events"));
        assertEquals(2.0, number(lights, "session_weight"), 1e-6);
        assertEquals(0.0, number(desks, "session_weight"), 0);
        assertEquals(Instant.ofEpochMilli(now - 20 * DAY).toString(), desks.get("last_seen"));
        assertEquals(Map.of("device", Map.of("tablet", 0.985, "phone", 0.0154)), lights.get("contexts"));
        List<Map<String, Object>> course = list(lights, "over_time");
        assertEquals(6, course.size());
        assertEquals(Instant.ofEpochMilli(now - 60 * DAY).toString(), course.get(0).get("time"));
        assertEquals(List.of(1.0, 0.5, 0.25, 0.125, 0.0625, 2.03), course.stream().map(moment -> moment.get("weight")).toList());
        assertEquals(List.of(0.0, 0.0, 0.0, 0.0, 1.0, 0.5), list(desks, "over_time").stream().map(moment -> moment.get("weight")).toList());
        assertEquals(profile, json(copyWriteable(description, writableRegistry(), ProfileDescription::new)));
    }

    public void testRefusesUnknownUsersAndTrackers() throws Exception {
        shop();
        Exception e = expectThrows(ResourceNotFoundException.class, () -> describe("nobody"));
        assertEquals("[affinity] tracker [shop] has no profile of this user", e.getMessage());
        DescribeProfileAction.Request unknown = new DescribeProfileAction.Request("shpo", "ann");
        e = expectThrows(IllegalArgumentException.class, () -> client().execute(DescribeProfileAction.INSTANCE, unknown).actionGet());
        assertEquals("[affinity] unknown tracker [shpo]; defined: [shop]", e.getMessage());
    }

    private List<Object> labelsOfHits(RankNode node) throws Exception {
        SearchSourceBuilder source = new SearchSourceBuilder().query(QueryBuilders.idsQuery().addIds("t5"));
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, "{\"tracker\": \"shop\", \"user\": \"ann\", \"why\": true}")) {
            source.addRescorer(AffinityRescorerBuilder.fromXContent(parser, node));
        }
        List<Object> labels = new ArrayList<>();
        Object why = client().prepareSearch("products").setSource(source).get().getHits().getAt(0).field("_affinity").getValue();
        list(why, "interests").forEach(interest -> labels.add(interest.get("label")));
        return labels;
    }

    public void testExplanationsOfHitsHaveTheSameLabels() throws Exception {
        shop();
        RankNode fresh = new RankNode();
        assertNull("a search does not wait for labels", labelsOfHits(fresh).getFirst());
        assertBusy(() -> assertEquals("bicycle lights, road", labelsOfHits(fresh).getFirst()));
        RankNode node = getInstanceFromNode(RankNode.class);
        assertEquals("a label is cached once it was shown", "bicycle lights, road", labelsOfHits(node).getFirst());
    }
}
