package org.opensearch.affinity.profile;

import org.opensearch.affinity.event.Event;
import org.opensearch.affinity.event.LogShard;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.index.Index;
import org.opensearch.core.index.shard.ShardId;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.test.OpenSearchTestCase;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Weights worked out by hand, with a half-life of one day. */
public class InterestTimelineTests extends OpenSearchTestCase {
    private static final LogShard SHARD = new LogShard("shop", new ShardId(new Index("ubi_events", "uuid"), 0));
    private static final long HOUR = 60 * 60 * 1000L;
    private static final long DAY = 24 * HOUR;
    private static final Map<String, float[]> VECTORS = Map.of("tent", new float[] { 1, 0 }, "bag", new float[] { 0.8f, 0.6f }, "desk", new float[] { 0, 1 });

    private final Profile profile = new Profile("ann");
    private long number;

    private Tracker tracker() throws IOException {
        String json = """
            {"items": {"index": "products", "vector_field": "v"}, "events": {"index": "ubi_events"}, "half_life": "1d",
             "interest_similarity": 0.75, "actions": {"click": 1, "buy": 4, "dislike": -2}, "limits": {"item_per_session": 2}}""";
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, json)) {
            return Tracker.parse("shop", parser);
        }
    }

    private void act(String action, String item, long time) throws IOException {
        Event event = new Event("ann", item, action, time, (int) number, List.of());
        profile.apply(SHARD, number++, event, false, VECTORS.get(item), tracker().weightOf(action), tracker());
    }

    private InterestTimeline timeline(Map<String, float[]> vectors) throws IOException {
        return InterestTimeline.of(profile, profile.heaviestFirst(tracker().decay()), tracker(), vectors);
    }

    private static void assertWeights(List<Double> weights, double... expected) {
        assertEquals(expected.length, weights.size());
        for (int i = 0; i < expected.length; i++) {
            assertEquals("" + weights, expected[i], weights.get(i), 1e-6);
        }
    }

    public void testEventsCountFromTheirTimeOn() throws Exception {
        act("buy", "tent", 0);
        act("click", "desk", 2 * DAY);
        act("buy", "bag", 5 * DAY);
        InterestTimeline timeline = timeline(VECTORS);
        assertEquals(List.of(0L, DAY, 2 * DAY, 3 * DAY, 4 * DAY, 5 * DAY), timeline.times());
        assertWeights(timeline.weights().get(0), 4, 2, 1, 0.5, 0.25, 4.125);
        assertWeights(timeline.weights().get(1), 0, 0, 1, 0.5, 0.25, 0.125);
    }

    public void testLikesAndDislikesAreSeparate() throws Exception {
        act("buy", "tent", 0);
        act("dislike", "tent", 5 * DAY);
        InterestTimeline timeline = timeline(VECTORS);
        assertWeights(timeline.weights().get(0), 0, 0, 0, 0, 0, 2);
        assertWeights(timeline.weights().get(1), 4, 2, 1, 0.5, 0.25, 0.125);
    }

    public void testWeightFromBeforeTheHistory() throws Exception {
        act("buy", "desk", -5 * DAY);
        for (int i = 0; i < History.MAX - 1; i++) {
            act("click", "tent", i * 2 * HOUR);
        }
        act("click", "desk", 5 * DAY);
        // The purchase is not in the history any more; 4 / 2^5 of its weight are left when the history begins.
        assertWeights(timeline(VECTORS).weights().get(1), 4 / 32.0, 4 / 64.0, 4 / 128.0, 4 / 256.0, 4 / 512.0, 1 + 4 / 1024.0);
    }

    public void testEventsOfUnknownItemsCountAsBeforeTheHistory() throws Exception {
        act("buy", "tent", 0);
        act("buy", "bag", 5 * DAY);
        assertWeights(timeline(Map.of("bag", VECTORS.get("bag"))).weights().get(0), 4, 2, 1, 0.5, 0.25, 4.125);
        assertWeights(timeline(Map.of()).weights().get(0), 4.125 * 32, 4.125 * 16, 4.125 * 8, 4.125 * 4, 4.125 * 2, 4.125);
    }

    /** Events that exceeded a limit scale the others down, while the last weight is the profile's. */
    public void testEndsAtTheWeightOfTheProfile() throws Exception {
        for (int i = 0; i < 4; i++) {
            act("click", "tent", 0);
        }
        assertEquals(2, profile.interests().getFirst().weight(), 1e-9);
        act("click", "tent", DAY);
        assertEquals(2.0, timeline(VECTORS).weights().getFirst().getLast(), 1e-6);
        double first = timeline(VECTORS).weights().getFirst().getFirst();
        assertEquals("four events with the weight of the two that counted", 4 * 2 / 3.0, first, 1e-6);
    }

    public void testOneEvent() throws Exception {
        assertEquals(List.of(), timeline(VECTORS).times());
        act("click", "tent", 7);
        assertEquals(List.of(7L), timeline(VECTORS).times());
        assertWeights(timeline(VECTORS).weights().getFirst(), 1);
    }
}
