package org.opensearch.affinity.node.follow;

import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apache.logging.log4j.core.LogEvent;
import org.opensearch.ExceptionsHelper;
import org.opensearch.action.admin.indices.alias.Alias;
import org.opensearch.action.search.SearchResponse;
import org.opensearch.action.support.PlainActionFuture;
import org.opensearch.affinity.cluster.SystemDocuments;
import org.opensearch.affinity.manage.PutTrackerAction;
import org.opensearch.affinity.profile.ForgetUserAction;
import org.opensearch.affinity.profile.Profile;
import org.opensearch.affinity.profile.ProfileRetention;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.logging.Loggers;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.index.engine.VersionConflictEngineException;
import org.opensearch.search.SearchHit;
import org.opensearch.test.MockLogAppender;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/** Forgetting, opting out, pseudonyms, retention and logs, on a single node. */
public class PrivacyTests extends TrackTestCase {
    public void testEventsBeforeAnErasureAreSkipped() throws Exception {
        shop("");
        long now = System.currentTimeMillis();
        click("ann", "tent", now - DAY);
        click("bob", "tent", now - DAY);
        awaitStats("\"applied\":2");
        forget("ann");
        assertNull(profile("ann"));
        assertEquals(1, profile("bob").events());
        click("ann", "tent", now - DAY / 2);
        awaitStats("\"forgotten\":1");
        assertNull(profile("ann"));
        click("ann", "desk", now + DAY / 2);
        awaitStats("\"applied\":3");
        List<String> items = profile("ann").history().stream().map(Profile.Seen::item).toList();
        assertEquals("only the event after the erasure", List.of("desk"), items);
        assertEquals(1, profile("ann").interests().size());
        click("ann", "tent", now - DAY / 2);
        awaitStats("\"forgotten\":2");
        forget("ann");
        click("ann", "desk", now + DAY / 2);
        awaitStats("\"forgotten\":3");
        assertNull("an erasure covers events of the future that were applied", profile("ann"));
    }

    public void testErasedProfileStoresTheErasureOnly() throws Exception {
        shop("");
        click("ann", "tent", System.currentTimeMillis());
        awaitStats("\"applied\":1");
        client().admin().indices().prepareRefresh(INTERESTS).get();
        assertTrue(stats(), stats().contains("\"users\":1"));
        forget("ann");
        forget("carl");
        client().admin().indices().prepareRefresh(INTERESTS).get();
        assertTrue(stats(), stats().contains("\"users\":0"));
        Map<String, Object> left = client().prepareGet(INTERESTS, "user:ann").get().getSourceAsMap();
        assertEquals(Set.of("user", "profile"), left.keySet());
        Profile profile = SystemDocuments.read(left.get("profile"), Profile::new);
        assertEquals(new Profile("ann").erased(profile.erasure().forgottenAt(), false).history(), profile.history());
        assertEquals(0, profile.interests().size() + profile.events());
    }

    public void testOptOutAndIn() throws Exception {
        shop("");
        long now = System.currentTimeMillis();
        click("ann", "tent", now - DAY);
        awaitStats("\"applied\":1");
        optOut("ann", false);
        assertEquals("opting in without an opt-out changes nothing", 1, profile("ann").events());
        optOut("ann", true);
        click("ann", "tent", now + DAY / 2);
        awaitStats("\"opted_out\":1", "\"applied\":1");
        assertNull(profile("ann"));
        assertNull("recent items are not used either", profile("ann", "tent"));
        assertNotNull(profile("nobody", "tent"));
        forget("ann");
        click("ann", "tent", now + DAY / 2);
        awaitStats("\"opted_out\":2");
        optOut("ann", false);
        click("ann", "tent", now - DAY);
        click("ann", "desk", now + DAY / 2);
        awaitStats("\"forgotten\":1", "\"applied\":2");
        assertEquals(1, profile("ann").events());
    }

    public void testPseudonymsHideNames() throws Exception {
        shop(", \"users\": {\"pseudonym\": \"2026\"}");
        click("annabella", "tent", System.currentTimeMillis());
        awaitStats("\"applied\":1");
        assertEquals(1, profile("annabella").events());
        client().admin().indices().prepareRefresh(".affinity-*").get();
        SearchResponse all = client().prepareSearch(".affinity-interests-shop", ".affinity-items-shop").get();
        assertEquals("a profile, a progress and an item row", 3, all.getHits().getTotalHits().value());
        for (SearchHit hit : all.getHits()) {
            assertFalse(hit.getId(), hit.getId().contains("annabella"));
            String source = new String(BytesReference.toBytes(hit.getSourceRef()), StandardCharsets.ISO_8859_1);
            assertFalse(source, source.contains("annabella"));
        }
        forget("annabella");
        assertNull(profile("annabella"));
        Exception e = expectThrows(IllegalArgumentException.class, () -> put(""));
        assertTrue(e.getMessage(), e.getMessage().contains("[users.pseudonym] of a tracker cannot change from [2026] to []: keep"));
    }

    public void testMissingKeyOfAPseudonym() {
        Exception e = expectThrows(IllegalArgumentException.class, () -> shop(", \"users\": {\"pseudonym\": \"2025\"}"));
        String message = "[users.pseudonym] names [2025], and [affinity.pseudonym.2025.secret] is not in the keystore of nodes [node_s_0]";
        assertTrue(e.getMessage(), e.getMessage().startsWith(message));
    }

    public void testRetention() throws Exception {
        shop(", \"retention\": \"90d\"");
        long now = System.currentTimeMillis();
        click("ann", "tent", now - 100 * DAY);
        click("carl", "tent", now - 100 * DAY);
        click("bob", "tent", now - 100 * DAY);
        click("bob", "desk", now - 80 * DAY);
        awaitStats("\"applied\":4");
        assertNull(profile("ann"));
        assertEquals("history before the retention is not used", 1, profile("bob").history().size());
        optOut("carl", true);
        assertEquals(1, sweep(now));
        assertEquals(0, sweep(now));
        assertFalse(client().prepareGet(INTERESTS, "user:ann").get().isExists());
        assertTrue(client().prepareGet(INTERESTS, "user:carl").get().isExists());
        assertEquals(2, profile("bob").events());
        optOut("carl", false);
        click("bob", "desk", now);
        click("carl", "desk", now + DAY / 2);
        awaitStats("\"applied\":6");
        assertEquals(List.of("desk", "desk"), profile("bob").history().stream().map(Profile.Seen::item).toList());
        assertEquals(2, sweep(now + 100 * DAY));
        click("carl", "desk", now - DAY);
        awaitStats("\"forgotten\":1");
    }

    private long sweep(long now) throws Exception {
        client().admin().indices().prepareRefresh(INTERESTS).get();
        PlainActionFuture<Long> deleted = PlainActionFuture.newFuture();
        Tracker tracker = tracker(", \"retention\": \"90d\"");
        new ProfileRetention(getInstanceFromNode(ClusterService.class), client()).sweep(tracker, now, deleted);
        return deleted.actionGet();
    }

    public void testNoUserIsLogged() throws Exception {
        Queue<String> lines = new ConcurrentLinkedQueue<>();
        Logger logger = LogManager.getLogger("org.opensearch.affinity");
        Level level = logger.getLevel();
        Loggers.setLevel(logger, Level.TRACE);
        try (MockLogAppender appender = MockLogAppender.createForLoggers(logger)) {
            appender.addExpectation(new MockLogAppender.LoggingExpectation() {
                @Override
                public void match(LogEvent event) {
                    StringWriter line = new StringWriter().append(event.getMessage().getFormattedMessage());
                    if (event.getThrown() != null) {
                        event.getThrown().printStackTrace(new PrintWriter(line, true));
                    }
                    lines.add(line.toString());
                }

                @Override
                public void assertMatched() {}
            });
            shop("");
            Refusals.user = "annabella";
            Refusals.index = INTERESTS;
            click("annabella", "tent", System.currentTimeMillis());
            assertBusy(() -> assertTrue(lines.stream().anyMatch(line -> line.contains("cannot follow"))), 60, TimeUnit.SECONDS);
            Refusals.index = null;
            assertBusy(() -> assertTrue(lines.stream().anyMatch(line -> line.contains("again after"))), 60, TimeUnit.SECONDS);
        } finally {
            Refusals.index = null;
            Loggers.setLevel(logger, level);
        }
        assertEquals(1, profile("annabella").events());
        assertTrue("the exception is logged", lines.stream().anyMatch(line -> line.contains("VersionConflictEngineException")));
        for (String line : lines) {
            assertFalse(line, line.contains("annabella"));
        }
    }

    /** An index whose shard cannot be searched may have events of the user. */
    public void testEventsOfAShardThatIsMissingAreNotSaidToBeDeleted() throws Exception {
        shop("");
        click("42", "tent", System.currentTimeMillis());
        click("ann", "tent", System.currentTimeMillis());
        client().admin()
            .indices()
            .prepareCreate("events_away")
            .setSettings(Settings.builder().put("index.routing.allocation.include._name", "no such node"))
            .setMapping("client_id", "type=keyword")
            .setWaitForActiveShards(0)
            .addAlias(new Alias("events_here_and_away"))
            .get();
        client().admin().indices().prepareAliases().addAlias("ubi_events", "events_here_and_away").get();
        String definition = """
            {"items": {"index": "products", "vector_field": "vector"}, "events": {"index": "events_here_and_away"},
             "actions": {"click": 1}}""";
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, definition)) {
            client().execute(PutTrackerAction.INSTANCE, new PutTrackerAction.Request(Tracker.parse("away", parser))).actionGet();
        }
        for (String user : List.of("ann", "42")) {
            ForgetUserAction.Request request = new ForgetUserAction.Request("away", user, true);
            Exception e = expectThrows(Exception.class, () -> client().execute(ForgetUserAction.INSTANCE, request).actionGet());
            assertEquals(e.toString(), RestStatus.SERVICE_UNAVAILABLE, ExceptionsHelper.status(e));
            assertTrue(e.toString(), e.getMessage().contains("index [events_away] has shards that are not available"));
        }
    }
}
