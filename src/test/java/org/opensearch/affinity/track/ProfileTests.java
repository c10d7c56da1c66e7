package org.opensearch.affinity.track;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.index.Index;
import org.opensearch.core.index.shard.ShardId;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.test.OpenSearchTestCase;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

public class ProfileTests extends OpenSearchTestCase {
    private static final Slice SLICE = new Slice("shop", new ShardId(new Index("ubi_events", "uuid"), 0));
    private static final long DAY = 24 * 60 * 60 * 1000L;

    private Tracker tracker(int maxInterests) throws IOException {
        String json = "{\"items\":{\"index\":\"products\",\"vector_field\":\"v\"},\"events\":{\"index\":\"ubi_events\"},"
            + "\"actions\":{\"buy\":2},\"half_life\":\"1d\",\"interest_similarity\":0.75,\"max_interests\":" + maxInterests + "}";
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, json)) {
            return Tracker.parse("shop", parser);
        }
    }

    private static Event event(String item, long day) {
        return new Event("ann", item, "buy", day * DAY);
    }

    public void testNearestInterestAbsorbsAndDecays() throws Exception {
        Profile profile = new Profile("ann");
        profile.apply(SLICE, 0, event("a", 10), new float[] { 1, 0 }, 2, tracker(8));
        profile.apply(SLICE, 1, event("b", 11), new float[] { 0.8f, 0.6f }, 2, tracker(8));
        Interest interest = profile.interests().get(0);
        // Half of the first event is left: 1 · (1, 0) + 2 · (0.8, 0.6) = (2.6, 1.2), weight 1 + 2.
        assertEquals(1, profile.interests().size());
        assertEquals(3.0, interest.weight(), 1e-9);
        float norm = (float) Math.hypot(2.6, 1.2);
        assertArrayEquals(new float[] { 2.6f / norm, 1.2f / norm }, interest.direction(), 1e-6f);
        assertEquals(List.of(new Interest.Example("b", 2), new Interest.Example("a", 1)), interest.examples());
        assertEquals(1.5, interest.weightAt(12 * DAY, new Decay(DAY)), 1e-9);
    }

    public void testLateEventCountsWhatIsLeftOfIt() throws Exception {
        Profile inOrder = new Profile("ann");
        inOrder.apply(SLICE, 0, event("a", 10), new float[] { 1, 0 }, 2, tracker(8));
        inOrder.apply(SLICE, 1, event("b", 11), new float[] { 0.8f, 0.6f }, 2, tracker(8));
        Profile late = new Profile("ann");
        late.apply(SLICE, 0, event("b", 11), new float[] { 0.8f, 0.6f }, 2, tracker(8));
        late.apply(SLICE, 1, event("a", 10), new float[] { 1, 0 }, 2, tracker(8));
        assertArrayEquals(inOrder.interests().get(0).direction(), late.interests().get(0).direction(), 1e-6f);
        assertEquals(inOrder.interests().get(0).weight(), late.interests().get(0).weight(), 1e-9);
        assertEquals(inOrder.history(), late.history());
    }

    public void testFarEventOpensAnInterestAndTheClosestMerge() throws Exception {
        Profile profile = new Profile("ann");
        float[][] vectors = { { 1, 0 }, { 0, 1 }, { -1, 0 } };
        for (int i = 0; i < 3; i++) {
            profile.apply(SLICE, i, event("i" + i, 10), vectors[i], 2, tracker(3));
        }
        assertEquals(3, profile.interests().size());
        float[] near = { 0.6f, 0.8f }; // its cosine with {0, 1} is 0.8: absorbed
        profile.apply(SLICE, 3, event("near", 10), VectorUtil.l2normalize(near), 2, tracker(3));
        assertEquals(3, profile.interests().size());
        assertEquals(2, profile.interests().get(1).events());
        profile.apply(SLICE, 4, event("far", 10), new float[] { 0, -1 }, 2, tracker(3));
        assertEquals(3, profile.interests().size());
        assertEquals(5, profile.interests().stream().mapToInt(Interest::events).sum());
        assertEquals(10.0, profile.interests().stream().mapToDouble(Interest::weight).sum(), 1e-9);
    }

    public void testDislikeIsAnInterestOfItsOwn() throws Exception {
        Profile profile = new Profile("ann");
        profile.apply(SLICE, 0, event("a", 10), new float[] { 1, 0 }, 2, tracker(8));
        profile.apply(SLICE, 1, event("b", 10), new float[] { 1, 0 }, -1, tracker(8));
        assertTrue(profile.interests().get(0).liked());
        assertFalse(profile.interests().get(1).liked());
        assertEquals(1.0, profile.interests().get(1).weight(), 0);
    }

    public void testEveryEventCountsOnce() throws Exception {
        List<float[]> vectors = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            vectors.add(VectorUtil.l2normalize(new float[] { randomFloat() - 0.5f, randomFloat() - 0.5f, randomFloat() + 0.1f }));
        }
        Profile once = new Profile("ann");
        for (int i = 0; i < 60; i++) {
            once.apply(SLICE, i, event("i" + i, i), vectors.get(i), 2, tracker(4));
        }
        Profile again = new Profile("ann");
        int from = 0;
        for (int to = 0; to <= 60; to += randomIntBetween(1, 9)) {
            // Each batch starts over somewhere before the last one ended, as after a crash, and the profile was stored between.
            for (int i = Math.max(0, from - randomIntBetween(0, 20)); i < to; i++) {
                again.apply(SLICE, i, event("i" + i, i), vectors.get(i), 2, tracker(4));
            }
            from = to;
            again = copyWriteable(again, writableRegistry(), Profile::new);
        }
        for (int i = 0; i < 60; i++) {
            again.apply(SLICE, i, event("i" + i, i), vectors.get(i), 2, tracker(4));
        }
        assertEquals(60, again.events());
        assertEquals(once, again);
        assertEquals(Profile.MAX_HISTORY, again.history().size());
    }

    public void testSlicesAreRememberedApart() throws Exception {
        Slice other = new Slice("shop", new ShardId(new Index("ubi_events", "uuid"), 1));
        Profile profile = new Profile("ann");
        profile.apply(SLICE, 5, event("a", 1), new float[] { 1, 0 }, 2, tracker(4));
        profile.apply(other, 3, event("b", 1), new float[] { 1, 0 }, 2, tracker(4));
        assertEquals(2, profile.events());
        assertTrue(profile.hasApplied(SLICE, 5));
        assertFalse(profile.hasApplied(other, 4));
        profile.retainSlices(Set.of(other.key()));
        assertFalse(profile.hasApplied(SLICE, 5));
        assertTrue(profile.hasApplied(other, 3));
    }
}
