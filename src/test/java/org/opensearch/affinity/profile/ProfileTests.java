package org.opensearch.affinity.profile;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.event.Event;
import org.opensearch.affinity.event.Event.SkipReason;
import org.opensearch.affinity.event.LogShard;
import org.opensearch.affinity.tracker.Decay;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.affinity.vector.Direction;
import org.opensearch.common.io.stream.BytesStreamOutput;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.common.io.stream.NamedWriteableRegistry;
import org.opensearch.core.index.Index;
import org.opensearch.core.index.shard.ShardId;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.test.OpenSearchTestCase;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

public class ProfileTests extends OpenSearchTestCase {
    private static final LogShard SHARD = new LogShard("shop", new ShardId(new Index("ubi_events", "uuid"), 0));
    /** The resolution of a direction, which has one byte a dimension. */
    private static final float STEP = 1 / 127f;
    private static final long MINUTE = 60 * 1000L;
    private static final long DAY = 24 * 60 * 60 * 1000L;

    private Tracker tracker(int maxInterests) throws IOException {
        return tracker(maxInterests, "");
    }

    private Tracker tracker(int maxInterests, String more) throws IOException {
        String json = "{\"items\":{\"index\":\"products\",\"vector_field\":\"v\"},\"events\":{\"index\":\"ubi_events\"},"
            + "\"actions\":{\"buy\":2},\"half_life\":\"1d\",\"interest_similarity\":0.75,\"max_interests\":" + maxInterests + more + "}";
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, json)) {
            return Tracker.parse("shop", parser);
        }
    }

    private static Event event(String item, long day) {
        return at(item, day * DAY);
    }

    private static Event at(String item, long time, String... contexts) {
        return new Event("ann", item, "buy", time, (item + time).hashCode(), List.of(contexts));
    }

    private static SkipReason apply(Profile profile, long seqNo, Event event, float[] vector, Tracker tracker) {
        return profile.apply(SHARD, seqNo, event, false, vector, 2, tracker);
    }

    public void testNearestInterestAbsorbsAndDecays() throws Exception {
        Profile profile = new Profile("ann");
        profile.apply(SHARD, 0, event("a", 10), false, new float[] { 1, 0 }, 2, tracker(8));
        profile.apply(SHARD, 1, event("b", 11), false, new float[] { 0.8f, 0.6f }, 2, tracker(8));
        Interest interest = profile.interests().get(0);
        // Half of the first event is left: 1 · (1, 0) + 2 · (0.8, 0.6) = (2.6, 1.2), weight 1 + 2.
        assertEquals(1, profile.interests().size());
        assertEquals(3.0, interest.weight(), 1e-9);
        float norm = (float) Math.hypot(2.6, 1.2);
        assertArrayEquals(new float[] { 2.6f / norm, 1.2f / norm }, interest.direction(), STEP);
        assertEquals(List.of(new Interest.Example("b", 2), new Interest.Example("a", 1)), interest.examples());
        assertEquals(1.5, interest.weightAt(12 * DAY, new Decay(DAY)), 1e-9);
    }

    public void testLateEventCountsWhatIsLeftOfIt() throws Exception {
        Profile inOrder = new Profile("ann");
        inOrder.apply(SHARD, 0, event("a", 10), false, new float[] { 1, 0 }, 2, tracker(8));
        inOrder.apply(SHARD, 1, event("b", 11), false, new float[] { 0.8f, 0.6f }, 2, tracker(8));
        Profile late = new Profile("ann");
        late.apply(SHARD, 0, event("b", 11), false, new float[] { 0.8f, 0.6f }, 2, tracker(8));
        late.apply(SHARD, 1, event("a", 10), false, new float[] { 1, 0 }, 2, tracker(8));
        assertArrayEquals(inOrder.interests().get(0).direction(), late.interests().get(0).direction(), STEP);
        assertEquals(inOrder.interests().get(0).weight(), late.interests().get(0).weight(), 1e-6);
        assertEquals(inOrder.history(), late.history());
    }

    private static Event rated(String item, long day, float rating) {
        Event event = event(item, day);
        return new Event(event.user(), item, event.action(), event.time(), event.id(), event.contexts(), rating);
    }

    /** Ratings are in the history, in the order of time, and change no interest. */
    public void testRatingsAreInTheHistory() throws Exception {
        Profile rated = new Profile("ann");
        Profile unrated = new Profile("ann");
        long[] days = { 10, 12, 11, 13 };
        float[] ratings = { 4, Float.NaN, -2.5f, 0 };
        for (int i = 0; i < days.length; i++) {
            rated.apply(SHARD, i, rated("i" + i, days[i], ratings[i]), false, new float[] { 1, 0 }, 2, tracker(8));
            unrated.apply(SHARD, i, event("i" + i, days[i]), false, new float[] { 1, 0 }, 2, tracker(8));
        }
        assertEquals(List.of(4f, -2.5f, Float.NaN, 0f), rated.history().stream().map(Profile.Seen::rating).toList());
        assertEquals(unrated.interests(), rated.interests());
        assertNotEquals(unrated, rated);
        NamedWriteableRegistry none = new NamedWriteableRegistry(List.of());
        assertEquals(rated, copyWriteable(rated, none, Profile::new));
        assertEquals(unrated, copyWriteable(unrated, none, Profile::new));
        rated.dropHistoryBefore(11 * DAY);
        assertEquals(rated, copyWriteable(rated, none, Profile::new));
    }

    public void testFarEventOpensAnInterestAndTheClosestMerge() throws Exception {
        Profile profile = new Profile("ann");
        float[][] vectors = { { 1, 0 }, { 0, 1 }, { -1, 0 } };
        for (int i = 0; i < 3; i++) {
            profile.apply(SHARD, i, event("i" + i, 10), false, vectors[i], 2, tracker(3));
        }
        assertEquals(3, profile.interests().size());
        float[] near = { 0.6f, 0.8f }; // its cosine with {0, 1} is 0.8: absorbed
        profile.apply(SHARD, 3, event("near", 10), false, VectorUtil.l2normalize(near), 2, tracker(3));
        assertEquals(3, profile.interests().size());
        assertEquals(2, profile.interests().get(1).events());
        profile.apply(SHARD, 4, event("far", 10), false, new float[] { 0, -1 }, 2, tracker(3));
        assertEquals(3, profile.interests().size());
        assertEquals(5, profile.interests().stream().mapToInt(Interest::events).sum());
        assertEquals(10.0, profile.interests().stream().mapToDouble(Interest::weight).sum(), 1e-9);
    }

    public void testDislikeIsAnInterestOfItsOwn() throws Exception {
        Profile profile = new Profile("ann");
        profile.apply(SHARD, 0, event("a", 10), false, new float[] { 1, 0 }, 2, tracker(8));
        profile.apply(SHARD, 1, event("b", 10), false, new float[] { 1, 0 }, -1, tracker(8));
        assertTrue(profile.interests().get(0).liked());
        assertFalse(profile.interests().get(1).liked());
        assertEquals(1.0, profile.interests().get(1).weight(), 0);
    }

    public void testSessionWeight() throws Exception {
        Tracker tracker = tracker(4);
        Profile profile = new Profile("ann");
        apply(profile, 0, at("a", 0), new float[] { 1, 0 }, tracker);
        apply(profile, 1, at("b", DAY), new float[] { 0, 1 }, tracker);
        apply(profile, 2, at("c", DAY + 29 * MINUTE), new float[] { 0, 1 }, tracker);
        assertEquals(0f, profile.interests().get(0).sessionWeight(), 0);
        assertEquals(4f, profile.interests().get(1).sessionWeight(), 0);
        assertTrue(profile.inSession(DAY + 58 * MINUTE, tracker));
        assertFalse(profile.inSession(DAY + 59 * MINUTE, tracker));
        apply(profile, 3, at("late", 0), new float[] { 1, 0 }, tracker);
        assertEquals("the late event belongs to an older session", 0f, profile.interests().get(0).sessionWeight(), 0);
        apply(profile, 4, at("d", DAY + 59 * MINUTE), new float[] { 1, 0 }, tracker);
        assertEquals(2f, profile.interests().get(0).sessionWeight(), 0);
        assertEquals(0f, profile.interests().get(1).sessionWeight(), 0);
    }

    public void testLimitsOfASession() throws Exception {
        Tracker tracker = tracker(4, ",\"limits\":{\"item_per_session\":3,\"events_per_session\":6}");
        Profile profile = new Profile("ann");
        for (int i = 0; i < 3; i++) {
            assertNull(apply(profile, i, at("a", i * MINUTE), new float[] { 1, 0 }, tracker));
        }
        double weight = profile.interests().get(0).weight();
        assertEquals(SkipReason.REPEATED, apply(profile, 3, at("a", 3 * MINUTE), new float[] { 1, 0 }, tracker));
        assertEquals(weight, profile.interests().get(0).weight(), 0);
        assertEquals(4, profile.history().size());
        assertNull(apply(profile, 4, at("b", 4 * MINUTE), new float[] { 1, 0 }, tracker));
        assertNull(apply(profile, 5, at("c", 4 * MINUTE), new float[] { 1, 0 }, tracker));
        assertEquals("the session is full", SkipReason.REPEATED, apply(profile, 6, at("d", 4 * MINUTE), new float[] { 1, 0 }, tracker));
        assertNull("the next session", apply(profile, 7, at("a", DAY), new float[] { 1, 0 }, tracker));
    }

    public void testLimitOfEventsPerMinute() throws Exception {
        Tracker tracker = tracker(4, ",\"limits\":{\"events_per_minute\":60}");
        Profile program = new Profile("crawler");
        Profile person = new Profile("ann");
        Profile basket = new Profile("bob");
        for (int i = 0; i < 200; i++) {
            SkipReason reason = apply(program, i, at("i" + i, i * 900L), new float[] { 1, 0 }, tracker);
            assertEquals("" + i, i < 50 ? null : SkipReason.TOO_FAST, reason);
            assertNull(apply(person, i, at("i" + i, i * 1_001L), new float[] { 1, 0 }, tracker));
            assertNull(apply(basket, i, at("i" + i, 0), new float[] { 1, 0 }, tracker));
        }
        assertEquals(200, program.events());
    }

    public void testContextsAreCountedAndDecay() throws Exception {
        Profile profile = new Profile("ann");
        apply(profile, 0, at("a", 10 * DAY, "hour=9", "on=phone"), new float[] { 1, 0 }, tracker(4));
        apply(profile, 1, at("b", 11 * DAY, "hour=9"), new float[] { 1, 0 }, tracker(4));
        Interest interest = profile.interests().get(0);
        assertEquals(3f, interest.weightIn("hour=9"), 1e-6f);
        assertEquals(1f, interest.weightIn("on=phone"), 1e-6f);
        assertEquals(0f, interest.weightIn("hour=12"), 0);
        for (int i = 0; i < 100; i++) {
            apply(profile, 2 + i, at("c" + i, 11 * DAY, "place=" + i), new float[] { 1, 0 }, tracker(4));
        }
        assertTrue("the heaviest context is kept", interest.weightIn("hour=9") > 0);
        assertEquals("at most 24 contexts", 23, IntStream.range(0, 100).filter(i -> interest.weightIn("place=" + i) > 0).count());
    }

    /** Rounding a direction to one byte a dimension after each of 1,000 events moves it by less than 0.05 from the exact unit vector. */
    public void testRoundingError() throws Exception {
        int dimension = 384;
        float[] taste = random(dimension);
        double[] exact = new double[dimension];
        Direction rounded = null;
        for (int i = 1; i <= 1_000; i++) {
            float[] vector = random(dimension);
            for (int d = 0; d < dimension; d++) {
                vector[d] = 0.6f * vector[d] + taste[d];
            }
            VectorUtil.l2normalize(vector);
            double share = Math.max(1.0 / i, 1.0 / 33);
            for (int d = 0; d < dimension; d++) {
                exact[d] = (1 - share) * exact[d] + share * vector[d];
            }
            double norm = Math.sqrt(Arrays.stream(exact).map(x -> x * x).sum());
            for (int d = 0; d < dimension; d++) {
                exact[d] /= norm;
            }
            if (rounded == null) {
                rounded = new Direction(vector);
            } else {
                rounded.move(vector, share);
            }
            double off = 0;
            float[] unit = rounded.unit();
            for (int d = 0; d < dimension; d++) {
                off += (unit[d] - exact[d]) * (unit[d] - exact[d]);
            }
            assertTrue(i + ": " + Math.sqrt(off), Math.sqrt(off) < 0.05);
        }
    }

    public void testProfileIsSmall() throws Exception {
        Tracker tracker = tracker(4, "");
        Profile profile = new Profile("3f2504e0-4f89-11d3-9a0c-0305e82c3301");
        for (int i = 0; i < 50; i++) {
            String hour = "hour=" + i % 8 * 3;
            Event event = at("B00" + (1_000_000 + i * 7919), i * 11 * MINUTE, hour, "day=monday");
            profile.apply(SHARD, i, event, false, random(384), 1, tracker);
        }
        BytesStreamOutput out = new BytesStreamOutput();
        profile.writeTo(out);
        assertEquals(4, profile.interests().size());
        logger.info("a profile of 4 interests and 50 events: {} bytes", out.size());
        assertTrue("" + out.size(), out.size() < 3 * 1024);
    }

    private static float[] random(int dimension) {
        float[] vector = new float[dimension];
        for (int i = 0; i < dimension; i++) {
            vector[i] = (float) random().nextGaussian();
        }
        return VectorUtil.l2normalize(vector);
    }

    public void testViewsAreReadOnly() throws Exception {
        Profile profile = new Profile("ann");
        apply(profile, 0, event("a", 10), new float[] { 1, 0 }, tracker(8));
        expectThrows(UnsupportedOperationException.class, () -> profile.interests().clear());
        expectThrows(UnsupportedOperationException.class, () -> profile.history().clear());
        expectThrows(UnsupportedOperationException.class, () -> profile.interests().get(0).contexts().clear());
        profile.interests().get(0).direction()[0] = 0;
        assertArrayEquals("a copy", new float[] { 1, 0 }, profile.interests().get(0).direction(), 0);
    }

    public void testRetentionLimitsTheHistory() throws Exception {
        Profile profile = new Profile("ann");
        Tracker tracker = tracker(8, ",\"retention\":\"90d\"");
        apply(profile, 0, event("old", 1), new float[] { 1, 0 }, tracker);
        apply(profile, 1, event("new", 91), new float[] { 1, 0 }, tracker);
        assertEquals(2, profile.history().size());
        apply(profile, 2, event("newer", 92), new float[] { 1, 0 }, tracker);
        assertEquals(List.of("new", "newer"), profile.history().stream().map(Profile.Seen::item).toList());
        assertEquals(3, profile.events());
    }
}
