package org.opensearch.affinity.node.follow;

import org.opensearch.OpenSearchStatusException;
import org.opensearch.affinity.profile.Profile;
import org.opensearch.affinity.tracker.KeyChain;
import org.opensearch.affinity.tracker.ProfileGenerations;
import org.opensearch.affinity.tracker.ProfileGenerations.TrackerGenerations;
import org.opensearch.affinity.tracker.Trackers;
import org.opensearch.affinity.tracker.UserKeys;
import org.opensearch.affinity.tracker.UserNames;
import org.opensearch.affinity.train.LogScan;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.Metadata;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.core.xcontent.ToXContent;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.search.SearchHit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Rotation of the keys of pseudonyms, on a single node. */
public class RotationTests extends TrackTestCase {
    private static final List<String> USERS = List.of("annabella", "bob", "carl", "dora", "emil");

    /** Returns the part of a tracker's definition that names the keys. */
    private static String under(String... keys) {
        String ids = Stream.of(keys).map(id -> "\"" + id + "\"").collect(Collectors.joining(", "));
        return keys.length == 0 ? "" : ", \"users\": {\"pseudonym\": [" + ids + "]}";
    }

    /** Annabella has six events, Bob one, and Carl one after opting out; Dora was forgotten and Emil opted out, both without events. */
    private void behave() throws Exception {
        long now = System.currentTimeMillis();
        optOut("carl", true);
        for (int i = 0; i < 6; i++) {
            click("annabella", i % 3 == 0 ? "tent" : "desk", now - i * DAY);
        }
        click("bob", "tent", now - DAY);
        click("carl", "tent", now + DAY / 2);
        forget("dora");
        optOut("emil", true);
        awaitStats("\"applied\":7", "\"opted_out\":1");
    }

    /** Changes the keys, runs something while the rebuild cannot finish, and waits until the rebuild has finished. */
    private void rotate(String users, Runnable meanwhile) throws Exception {
        hold(users, meanwhile);
        awaitIndices(SECOND);
    }

    private void hold(String users, Runnable meanwhile) throws Exception {
        Refusals.index = ".affinity-items-shop@1";
        try {
            put(users);
            assertBusy(() -> assertTrue(stats(), stats().contains("\"slices_behind\":1") && ProfileGenerations.of(state()).of("shop").ready()));
            meanwhile.run();
        } finally {
            Refusals.index = null;
        }
    }

    /** Returns the names under which users are stored, of all generations. */
    private Set<String> stored() {
        client().admin().indices().prepareRefresh(INTERESTS + "*").get();
        Set<String> stored = new TreeSet<>();
        for (SearchHit hit : client().prepareSearch(INTERESTS + ".*").setSize(100).get().getHits()) {
            if (hit.getId().startsWith("user:")) {
                stored.add(hit.getId().substring(5));
            }
        }
        return stored;
    }

    private Set<String> signed(String... keys) {
        UserKeys secrets = getInstanceFromNode(UserKeys.class);
        return USERS.stream().map(user -> secrets.sign(new KeyChain(List.of(keys)), user)).collect(Collectors.toCollection(TreeSet::new));
    }

    private void assertNowhere(Set<String> names) {
        client().admin().indices().prepareRefresh(".affinity-*").get();
        for (SearchHit hit : client().prepareSearch(".affinity-interests-shop*", ".affinity-items-shop*").setSize(100).get().getHits()) {
            String document = hit.getId() + new String(BytesReference.toBytes(hit.getSourceRef()), StandardCharsets.ISO_8859_1);
            names.forEach(name -> assertFalse(document, document.contains(name)));
        }
    }

    private static Map<String, Object> known(Profile profile) {
        return Map.of("interests", profile.interests(), "history", profile.history(), "events", profile.events());
    }

    /** Checks that events of Carl, Dora and Emil are skipped. */
    private void assertErasuresHold() throws Exception {
        long now = System.currentTimeMillis();
        for (String user : List.of("carl", "emil")) {
            click(user, "tent", now + DAY / 2);
        }
        click("dora", "tent", now - DAY);
        awaitStats("\"opted_out\":3", "\"forgotten\":1");
        for (String user : List.of("carl", "dora", "emil")) {
            assertNull(user, profile(user));
        }
        assertNull("recent items are not used either", profile("emil", "tent"));
    }

    private void assertRotates(String[] from, String... to) throws Exception {
        shop(under(from));
        behave();
        Map<String, Object> annabella = known(profile("annabella"));
        Map<String, Object> bob = known(profile("bob"));
        assertEquals(signed(from), stored());
        rotate(under(to), () -> {
            assertEquals(annabella, known(profile("annabella")));
            assertNull("opted out", profile("emil", "tent"));
            click("bob", "desk", System.currentTimeMillis());
            awaitEvents("bob", 2);
        });
        assertEquals(annabella, known(profile("annabella")));
        assertEquals(bob.get("history"), profile("bob").history().subList(0, 1));
        assertEquals(2, profile("bob").events());
        assertEquals(signed(to), stored());
        assertNowhere(signed(from));
        assertNowhere(Set.of("annabella"));
        assertErasuresHold();
        click("annabella", "tent", System.currentTimeMillis());
        awaitEvents("annabella", 7);
        assertEquals("each user is stored once", signed(to), stored());
    }

    private void awaitEvents(String user, int events) {
        try {
            assertBusy(() -> assertEquals(events, profile(user).events()));
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    public void testFurtherKey() throws Exception {
        assertRotates(new String[] { "2026" }, "2026", "2027");
    }

    public void testNamesBecomePseudonyms() throws Exception {
        assertRotates(new String[0], "2026");
    }

    public void testErasuresDuringARotation() throws Exception {
        shop(under("2026"));
        behave();
        rotate(under("2026", "2027"), () -> {
            forget("annabella");
            optOut("bob", true);
            optOut("carl", false);
            assertNull(profile("annabella"));
            assertNull(profile("bob", "tent"));
        });
        assertNull(profile("annabella"));
        assertEquals(signed("2026", "2027"), stored());
        click("annabella", "tent", System.currentTimeMillis() - DAY);
        click("bob", "tent", System.currentTimeMillis() + DAY / 2);
        click("carl", "tent", System.currentTimeMillis() + DAY / 2);
        assertBusy(() -> {
            assertNotNull("opted in again", profile("carl"));
            assertNull(profile("annabella"));
            assertNull(profile("bob", "tent"));
        });
    }

    private void cancelRotation() throws Exception {
        shop(under("2026"));
        behave();
        hold(under("2026", "2027"), () -> rebuild(true));
        awaitIndices(FIRST);
        assertEquals(6, profile("annabella").events());
        click("annabella", "tent", System.currentTimeMillis());
        awaitEvents("annabella", 7);
        forget("bob");
        assertNull(profile("bob"));
        assertNull(profile("emil", "tent"));
        assertEquals(signed("2026"), stored());
    }

    public void testRebuildAfterACancelledRotation() throws Exception {
        cancelRotation();
        put(under("2026", "2027"));
        assertFalse("the definition has not changed", stats().contains("\"rebuild\""));
        rebuild(false);
        awaitIndices(SECOND);
        assertEquals(7, profile("annabella").events());
        assertNull(profile("bob"));
        assertEquals(signed("2026", "2027"), stored());
        assertNowhere(signed("2026"));
        assertEquals(new TrackerGenerations(1, 0, false, TrackerGenerations.ALL_KEYS), ProfileGenerations.of(state()).of("shop"));
    }

    public void testFurtherKeyAfterACancelledRotation() throws Exception {
        cancelRotation();
        rotate(under("2026", "2027", "2028"), () -> {
            assertEquals(7, profile("annabella").events());
            assertNull(profile("emil", "tent"));
        });
        assertEquals(7, profile("annabella").events());
        assertNull(profile("bob"));
        assertEquals(signed("2026", "2027", "2028"), stored());
        assertNowhere(signed("2026"));
    }

    /** Training reads the log under the names of the generation in use, whose profiles have the erasures. */
    public void testTrainingUsesTheNamesInUse() throws Exception {
        shop(under("2026"));
        behave();
        UserKeys secrets = getInstanceFromNode(UserKeys.class);
        KeyChain first = new KeyChain(List.of("2026"));
        Set<String> both = Set.of(secrets.sign(first, "annabella"), secrets.sign(first, "bob"));
        List<Set<String>> scanned = new ArrayList<>();
        rotate(under("2026", "2027"), () -> scanned.add(scan()));
        assertEquals(List.of(both), scanned);
        KeyChain second = new KeyChain(List.of("2026", "2027"));
        assertEquals(Set.of(secrets.sign(second, "annabella"), secrets.sign(second, "bob")), scan());
    }

    private Set<String> scan() {
        UserNames names = UserNames.live("shop", state(), getInstanceFromNode(UserKeys.class));
        Set<String> users = new TreeSet<>();
        try (LogScan scan = LogScan.open(client(), Trackers.of(state()).get("shop"), names, 1)) {
            scan.read(0, false, act -> users.add(act.user()));
        }
        return users;
    }

    public void testKeysAreOnlyAddedAtTheEnd() throws Exception {
        shop(under("2026", "2027"));
        for (String other : List.of(under(), under("2026"), under("2027"), under("2027", "2026"), under("2028", "2026", "2027"))) {
            Exception e = expectThrows(IllegalArgumentException.class, () -> put(other));
            String message = "[users.pseudonym] of a tracker cannot change from [2026, 2027] to [";
            assertTrue(e.getMessage(), e.getMessage().startsWith(message));
            assertTrue(e.getMessage(), e.getMessage().endsWith("]: keep these keys in their order, and add further ones after them"));
        }
        Exception e = expectThrows(IllegalArgumentException.class, () -> put(under("2026", "2027", "2025")));
        String message = "[users.pseudonym] names [2025], and [affinity.pseudonym.2025.secret] is not in the keystore of nodes [node_s_0]";
        assertTrue(e.getMessage(), e.getMessage().startsWith(message));
        assertEquals(tracker(under("2026", "2027")), Trackers.of(state()).get("shop"));
        assertEquals(TrackerGenerations.FIRST, ProfileGenerations.of(state()).of("shop"));
    }

    public void testNoKeyIsAddedDuringARebuild() throws Exception {
        shop(under("2026"));
        behave();
        rotate(under("2026", "2027"), () -> {
            Exception e = expectThrows(OpenSearchStatusException.class, () -> put(under("2026", "2027", "2028")));
            assertEquals(RestStatus.CONFLICT, ((OpenSearchStatusException) e).status());
            try {
                assertEquals("the tracker is not changed", tracker(under("2026", "2027")), Trackers.of(state()).get("shop"));
                put(under("2026", "2027") + ", \"half_life\": \"3d\"");
                assertReadsWhatItWrites(ProfileGenerations.of(state()));
            } catch (IOException wrong) {
                throw new AssertionError(wrong);
            }
        });
        assertEquals(6, profile("annabella").events());
    }

    private void assertReadsWhatItWrites(ProfileGenerations generations) throws IOException {
        assertEquals(new TrackerGenerations(0, 1, true, 1), generations.of("shop"));
        assertEquals(generations, copyWriteable(generations, writableRegistry(), ProfileGenerations.KIND::read));
        ToXContent.Params onDisk = new ToXContent.MapParams(Map.of(Metadata.CONTEXT_MODE_PARAM, Metadata.CONTEXT_MODE_GATEWAY));
        XContentBuilder json = generations.toXContent(JsonXContent.contentBuilder().startObject(), onDisk).endObject();
        try (XContentParser parser = createParser(json)) {
            parser.nextToken();
            assertEquals(generations, ProfileGenerations.KIND.parse(parser));
        }
    }

    /** A rebuild was cancelled and begun again with a further key while the first one was still copying erasures. */
    public void testErasuresCopiedUnderFewerKeysDoNotMakeARebuildReady() throws Exception {
        shop(under("2026"));
        behave();
        rotate(under("2026", "2027"), () -> {
            ClusterState state = state();
            ProfileGenerations generations = ProfileGenerations.of(state);
            assertSame(state, generations.ready(state, "shop", 1, new KeyChain(List.of("2026"))));
            assertNotSame(state, generations.ready(state, "shop", 1, new KeyChain(List.of("2026", "2027"))));
        });
    }
}
