package org.opensearch.affinity.profile;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.event.Event;
import org.opensearch.affinity.event.Event.SkipReason;
import org.opensearch.affinity.event.LogShard;
import org.opensearch.affinity.profile.Profile.WeightedEvent;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.common.io.stream.BytesStreamOutput;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.index.Index;
import org.opensearch.core.index.shard.ShardId;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.test.OpenSearchTestCase;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Each event counts once, however often its document is sent or read. */
public class ProfileMarkTests extends OpenSearchTestCase {
    private static final LogShard SHARD = new LogShard("shop", new ShardId(new Index("ubi_events", "uuid"), 0));
    private static final long DAY = 24 * 60 * 60 * 1000L;

    private Tracker tracker(int maxInterests) throws IOException {
        String json = "{\"items\":{\"index\":\"products\",\"vector_field\":\"v\"},\"events\":{\"index\":\"ubi_events\"},"
            + "\"actions\":{\"buy\":2},\"half_life\":\"1d\",\"interest_similarity\":0.75,\"max_interests\":" + maxInterests + "}";
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, json)) {
            return Tracker.parse("shop", parser);
        }
    }

    private static Event event(String item, long day) {
        return new Event("ann", item, "buy", day * DAY, (item + day).hashCode(), List.of());
    }

    private static SkipReason apply(Profile profile, long seqNo, Event event, float[] vector, Tracker tracker) {
        return profile.apply(SHARD, seqNo, event, false, vector, 2, tracker);
    }

    /** Applies a document with these items, whose events have one id and one time. */
    private List<SkipReason> applyCart(Profile profile, long seqNo, boolean isUpdate, String... items) throws IOException {
        return effectsOfCart(profile, seqNo, isUpdate, items).stream().map(EventEffect::reason).toList();
    }

    private List<EventEffect> effectsOfCart(Profile profile, long seqNo, boolean isUpdate, String... items) throws IOException {
        List<WeightedEvent> document = new ArrayList<>();
        for (String item : items) {
            Event event = new Event("ann", item, "buy", DAY, 7, List.of());
            document.add(new WeightedEvent(event, document.size(), new float[] { 1, 0 }, 2));
        }
        return profile.apply(SHARD, seqNo, document, isUpdate, tracker(4));
    }

    /** A profile that is stored before the progress: events that are read again do what they did the first time. */
    public void testEffectsAreKeptUntilProgressCountsThem() throws Exception {
        Profile profile = new Profile("ann");
        String[] manyTents = { "tent", "tent", "tent", "tent", "tent", "tent", "tent" };
        List<EventEffect> first = effectsOfCart(profile, 3, false, manyTents);
        assertNull(first.get(4).reason());
        assertEquals("the sixth of a session", SkipReason.REPEATED, first.get(5).reason());
        List<EventEffect> duplicates = effectsOfCart(profile, 4, false, "tent", "tent");
        assertEquals(SkipReason.DUPLICATE, duplicates.getFirst().reason());
        Event repeat = event("tent", 9);
        WeightedEvent weighted = new WeightedEvent(repeat, 0, new float[] { 1, 0 }, 2);
        List<EventEffect> repeats = profile.apply(SHARD, 6, List.of(weighted), false, tracker(4));
        assertTrue(repeats.getFirst().isRepeat());

        Profile stored = copyWriteable(profile, writableRegistry(), Profile::new);
        for (Profile read : List.of(profile, stored, stored.emptyWith(Erasure.NONE))) {
            Profile before = copyWriteable(read, writableRegistry(), Profile::new);
            assertEquals(first, effectsOfCart(read, 3, false, manyTents));
            assertEquals(duplicates, effectsOfCart(read, 4, false, "tent", "tent"));
            assertEquals(repeats, read.apply(SHARD, 6, List.of(weighted), false, tracker(4)));
            assertEquals("changes nothing", before, read);
        }
        stored.cover(SHARD, 4);
        assertTrue("counted by stored progress", effectsOfCart(stored, 4, false, "tent", "tent").getFirst().isCounted());
        Profile covered = copyWriteable(stored, writableRegistry(), Profile::new);
        assertEquals(repeats, covered.apply(SHARD, 6, List.of(weighted), false, tracker(4)));
        assertEquals("how much is known of effects makes no difference", profile, covered);
    }

    /** A program sends the same events for hours: what is kept does not grow with the events of a document, and is dropped later. */
    public void testKeptEffectsAreSmall() throws Exception {
        Profile profile = new Profile("ann");
        int before = size(profile);
        String[] many = new String[10_000];
        Arrays.fill(many, "tent");
        for (int seqNo = 0; seqNo < 100; seqNo++) {
            effectsOfCart(profile, seqNo, false, many);
        }
        assertTrue(Integer.toString(size(profile) - before), size(profile) - before < 3_000);
        profile.cover(SHARD, 99);
        assertTrue(Integer.toString(size(profile) - before), size(profile) - before < 2_000);
        assertTrue(effectsOfCart(profile, 99, false, "tent").getFirst().isCounted());
    }

    private static int size(Profile profile) throws IOException {
        try (BytesStreamOutput out = new BytesStreamOutput()) {
            profile.writeTo(out);
            return out.size();
        }
    }

    public void testEventsOfADocumentAreNoDuplicatesOfEachOther() throws Exception {
        Profile profile = new Profile("ann");
        assertEquals(Arrays.asList(null, null, null), applyCart(profile, 3, true, "a", "b", "b"));
        assertEquals(List.of("a", "b", "b"), profile.history().stream().map(Profile.Seen::item).toList());
        Profile stored = copyWriteable(profile, writableRegistry(), Profile::new);
        assertEquals("read again", Arrays.asList(null, null, null), applyCart(stored, 3, true, "a", "b", "b"));
        assertEquals(profile, stored);
        assertEquals("sent again", List.of(SkipReason.DUPLICATE, SkipReason.DUPLICATE), applyCart(profile, 4, false, "b", "a"));
        SkipReason known = SkipReason.DUPLICATE;
        assertEquals("overwritten after it was read", List.of(known, known, known), applyCart(profile, 5, true, "c", "a", "b"));
        assertEquals(3, profile.events());
    }

    public void testEveryEventCountsOnce() throws Exception {
        List<float[]> vectors = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            vectors.add(VectorUtil.l2normalize(new float[] { randomFloat() - 0.5f, randomFloat() - 0.5f, randomFloat() + 0.1f }));
        }
        Profile once = new Profile("ann");
        for (int i = 0; i < 60; i++) {
            once.apply(SHARD, i, event("i" + i, i), false, vectors.get(i), 2, tracker(4));
        }
        Profile again = new Profile("ann");
        int from = 0;
        for (int to = 0; to <= 60; to += randomIntBetween(1, 9)) {
            // Each batch starts over somewhere before the last one ended, as after a crash, and the profile was stored between.
            for (int i = Math.max(0, from - randomIntBetween(0, 20)); i < to; i++) {
                again.apply(SHARD, i, event("i" + i, i), false, vectors.get(i), 2, tracker(4));
            }
            from = to;
            again = copyWriteable(again, writableRegistry(), Profile::new);
        }
        for (int i = 0; i < 60; i++) {
            again.apply(SHARD, i, event("i" + i, i), false, vectors.get(i), 2, tracker(4));
        }
        assertEquals(60, again.events());
        assertEquals(once, again);
        assertEquals(History.MAX, again.history().size());
    }

    public void testMarksOfShardsAreIndependent() throws Exception {
        LogShard other = new LogShard("shop", new ShardId(new Index("ubi_events", "uuid"), 1));
        Profile profile = new Profile("ann");
        profile.apply(SHARD, 5, event("a", 1), false, new float[] { 1, 0 }, 2, tracker(4));
        profile.apply(other, 3, event("b", 1), false, new float[] { 1, 0 }, 2, tracker(4));
        assertEquals(2, profile.events());
        assertTrue(profile.hasApplied(SHARD, 5));
        assertFalse(profile.hasApplied(other, 4));
        assertEquals(2, profile.markCount());
        profile.dropMarks((key, mark) -> key.equals(SHARD.key()) && mark <= 4);
        assertTrue("events after 4 may be read again", profile.hasApplied(SHARD, 5));
        profile.dropMarks((key, mark) -> key.equals(SHARD.key()) && mark <= 5);
        assertFalse(profile.hasApplied(SHARD, 5));
        assertTrue(profile.hasApplied(other, 3));
    }

    public void testDuplicatesAreSkipped() throws Exception {
        Profile profile = new Profile("ann");
        float[] vector = { 1, 0 };
        assertNull(apply(profile, 0, event("a", 10), vector, tracker(4)));
        assertEquals(SkipReason.DUPLICATE, apply(profile, 1, event("a", 10), vector, tracker(4)));
        Event corrected = new Event("ann", "b", "buy", 11 * DAY, event("a", 10).id(), List.of());
        assertEquals("the document was overwritten", SkipReason.DUPLICATE, profile.apply(SHARD, 2, corrected, true, vector, 2, tracker(4)));
        assertNull("another document whose id has the same hash", profile.apply(SHARD, 3, corrected, false, vector, 2, tracker(4)));
        Event sameAct = new Event("ann", "a", "buy", 10 * DAY, 7, List.of());
        assertNull("another event of the same time", apply(profile, 4, sameAct, vector, tracker(4)));
        assertEquals(3, profile.events());
    }

    public void testUpdateThatIsOlderThanTheHistoryIsADuplicate() throws Exception {
        Profile profile = new Profile("ann");
        for (int i = 0; i < 60; i++) {
            apply(profile, i, event("i" + i, 100 + i), new float[] { 1, 0 }, tracker(4));
        }
        assertEquals(SkipReason.DUPLICATE, profile.apply(SHARD, 60, event("i3", 103), true, new float[] { 1, 0 }, 2, tracker(4)));
        assertNull("a late event", profile.apply(SHARD, 61, event("late", 103), false, new float[] { 1, 0 }, 2, tracker(4)));
        SkipReason reason = profile.apply(SHARD, 62, event("new", 159), true, new float[] { 1, 0 }, 2, tracker(4));
        assertNull("the overwritten document was never read", reason);
    }

    public void testErasedEventsAreSkipped() throws Exception {
        Profile profile = new Profile("ann");
        apply(profile, 0, event("a", 10), new float[] { 1, 0 }, tracker(8));
        Profile forgotten = copyWriteable(profile.erased(12 * DAY, false), writableRegistry(), Profile::new);
        assertEquals(profile.erased(12 * DAY, false), forgotten);
        assertTrue("marks are kept", forgotten.hasApplied(SHARD, 0));
        assertEquals(0, forgotten.interests().size() + forgotten.history().size() + forgotten.events());
        for (long seqNo = 0; seqNo < 3; seqNo++) {
            assertEquals(SkipReason.FORGOTTEN, apply(forgotten, seqNo, event("a", 10 + seqNo), new float[] { 1, 0 }, tracker(8)));
        }
        assertNull(apply(forgotten, 3, event("a", 13), new float[] { 1, 0 }, tracker(8)));
        assertEquals(1, forgotten.events());
        assertEquals("later events are forgotten too", 13 * DAY, forgotten.erased(12 * DAY, false).erasure().forgottenAt());
        Profile out = copyWriteable(forgotten.erased(14 * DAY, true), writableRegistry(), Profile::new);
        assertEquals(SkipReason.OPTED_OUT, apply(out, 4, event("a", 15), new float[] { 1, 0 }, tracker(8)));
    }
}
