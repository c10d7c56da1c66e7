package org.opensearch.affinity.rank.interest;

import org.opensearch.affinity.event.Event;
import org.opensearch.affinity.event.LogShard;
import org.opensearch.affinity.profile.Profile;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.index.Index;
import org.opensearch.core.index.shard.ShardId;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.test.OpenSearchTestCase;

import java.io.IOException;
import java.util.List;

/** Numbers worked out by hand, of a user who clicked a tent at home, and a desk at work one half-life later. */
public class InterestWeightsTests extends OpenSearchTestCase {
    private static final long DAY = 24L * 60 * 60 * 1000;
    private static final long MINUTE = 60_000;
    private static final LogShard SHARD = new LogShard("shop", new ShardId(new Index("log", "uuid"), 0));
    /** Decayed weights ½ and 1 are one quarter, recencies 0.3 · 0.7 and 0.3 three quarters. */
    private static final double TENT = 0.25 * 0.5 / 1.5 + 0.75 * 0.21 / 0.51;
    private static final double DESK = 0.25 * 1 / 1.5 + 0.75 * 0.3 / 0.51;

    private Tracker tracker;
    private Profile profile;

    @Override
    public void setUp() throws Exception {
        super.setUp();
        tracker = tracker();
        profile = new Profile("ann");
        click(0, "tent", 0, "place=home", 1, 0);
        click(1, "desk", DAY, "place=work", 0, 1);
    }

    private Tracker tracker() throws IOException {
        String definition = """
            {"items": {"index": "products", "vector_field": "v"}, "events": {"index": "log"}, "actions": {"click": 1},
             "half_life": "1d"}""";
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, definition)) {
            return Tracker.parse("shop", parser);
        }
    }

    private void click(long seqNo, String item, long time, String context, float... vector) {
        Event event = new Event("ann", item, "click", time, item.hashCode(), List.of(context));
        assertNull(profile.apply(SHARD, seqNo, event, false, vector, 1, tracker));
    }

    /** In the order in which the interests were opened: tent, desk. */
    private double[] weights(long now, double sessionWeight, String... contexts) {
        return InterestWeights.of(profile.interests(), profile, tracker, sessionWeight, new RequestContext(now, List.of(contexts)));
    }

    public void testNewestEventsAndAllEvents() {
        assertArrayEquals(new double[] { TENT, DESK }, weights(30 * DAY, 0.5), 1e-6);
        assertEquals(1, TENT + DESK, 1e-12);
    }

    public void testSession() {
        assertArrayEquals(new double[] { 0.5 * TENT, 0.5 * DESK + 0.5 }, weights(DAY + MINUTE, 0.5), 1e-6);
        assertArrayEquals(new double[] { 0, 1 }, weights(DAY + MINUTE, 1), 1e-6);
        assertArrayEquals(new double[] { TENT, DESK }, weights(DAY + MINUTE, 0), 1e-6);
    }

    public void testContext() {
        // P(home) = 0.5 / 1.5. P(home | tent) = (0.5 + 2 / 3) / (0.5 + 2), P(home | desk) = (0 + 2 / 3) / (1 + 2).
        double tent = TENT * 1.4;
        double desk = DESK * 2 / 3;
        double[] expected = { tent / (tent + desk), desk / (tent + desk) };
        assertArrayEquals(expected, weights(30 * DAY, 0.5, "place=home"), 1e-6);
        assertArrayEquals("never seen", new double[] { TENT, DESK }, weights(30 * DAY, 0.5, "place=abroad"), 1e-6);
    }
}
