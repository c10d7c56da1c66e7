package org.opensearch.affinity.node.follow;

import org.opensearch.affinity.event.LogShard;
import org.opensearch.affinity.follow.FollowStatus;
import org.opensearch.affinity.manage.PutTrackerAction;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.xcontent.XContentHelper;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.tasks.TaskInfo;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What stops a follower stands in the statistics of its tracker: since when, why, with index and field, and when it is tried again. */
public class FailingFollowerTests extends TrackTestCase {

    public void testWhatCannotBeWrittenIsSaid() throws Exception {
        shop("");
        click("ann", "tent", OLD);
        awaitStats("\"applied\":1");
        assertFalse(stats(), shard().containsKey("failing_since"));
        long before = System.currentTimeMillis();
        block("write", true);
        click("ann", "desk", OLD + DAY);
        assertBusy(() -> {
            Map<String, Object> shard = shard();
            assertTrue(shard.toString(), shard.containsKey("failing_since"));
            assertEquals(
                "write profiles to [.affinity-interests-shop]: "
                    + "ClusterBlockException: index [.affinity-interests-shop.1] blocked by: [FORBIDDEN/8/index write (api)];",
                shard.get("reason")
            );
            Instant since = Instant.parse((String) shard.get("failing_since"));
            assertTrue(since + " is not after " + before, since.toEpochMilli() >= before);
            assertTrue((int) shard.get("failures") > 1);
            assertTrue(Instant.parse((String) shard.get("next_try")).isAfter(since));
            assertEquals("what was stored before is still told", 0, shard.get("read_to"));
            assertEquals(1, shard.get("lag_events"));
        });
        List<TaskInfo> tasks = client().admin().cluster().prepareListTasks().setActions(LogShard.TASK).setDetailed(true).get().getTasks();
        TaskInfo task = tasks.getFirst();
        assertTrue(task.getStatus().toString(), ((FollowStatus) task.getStatus()).failure().reason().startsWith("write profiles"));

        block("write", false);
        awaitStats("\"applied\":2");
        assertFalse(stats(), shard().containsKey("failing_since"));
        assertEquals(2, profile("ann").events());
    }

    /** A follower that cannot even read its progress is started again, and is healthy as soon as there is nothing to do. */
    public void testStartThatFails() throws Exception {
        shop("");
        click("ann", "tent", OLD);
        awaitStats("\"applied\":1");
        block("read", true);
        client().admin().cluster().prepareCancelTasks().setActions(LogShard.TASK).get();
        // A change of the cluster's metadata starts what is missing at once.
        createIndex("another");
        assertBusy(() -> {
            String reason = String.valueOf(shard().get("reason"));
            assertTrue(reason, reason.startsWith("read the progress in [.affinity-interests-shop]: ClusterBlockException"));
        }, 30, TimeUnit.SECONDS);
        block("read", false);
        assertBusy(() -> assertFalse(stats(), shard().containsKey("failing_since")), 40, TimeUnit.SECONDS);
        click("ann", "desk", OLD + DAY);
        awaitStats("\"applied\":2");
    }

    public void testMissingProfilesAreSaid() throws Exception {
        shop("");
        click("ann", "tent", OLD);
        awaitStats("\"applied\":1");
        client().admin().indices().prepareDelete(".affinity-interests-shop.1").get();
        click("ann", "tent", OLD + DAY);
        assertBusy(() -> {
            String stats = stats();
            assertTrue(stats, stats.contains("no such index [.affinity-interests-shop]") && stats.contains("\"users\":null"));
        }, 30, TimeUnit.SECONDS);
    }

    /** An alias of the items that moves to an index whose mapping cannot be used. */
    public void testMappingThatTurnedWrong() throws Exception {
        products("products-1", "keyword", "tent");
        client().admin().indices().prepareAliases().addAlias("products-1", "products").get();
        String definition = """
            {"items": {"index": "products", "vector_field": "vector", "id_field": "sku"}, "events": {"index": "ubi_events"},
             "actions": {"click": 1}}""";
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, definition)) {
            client().execute(PutTrackerAction.INSTANCE, new PutTrackerAction.Request(Tracker.parse("shop", parser))).actionGet();
        }
        click("ann", "tent", OLD);
        awaitStats("\"applied\":1");
        products("products-2", "text", "chair");
        client().admin().indices().prepareAliases().removeAlias("products-1", "products").addAlias("products-2", "products").get();
        click("ann", "chair", OLD + DAY);
        assertBusy(() -> {
            String reason = String.valueOf(shard().get("reason"));
            assertTrue(reason, reason.startsWith("look up items of [products] by [sku] with [vector]: SearchPhaseExecutionException"));
        });
    }

    private void products(String index, String idType, String id) {
        String[] mapping = { "vector", "type=affinity_vector,dimension=2", "sku", "type=" + idType };
        client().admin().indices().prepareCreate(index).setMapping(mapping).get();
        client().prepareIndex(index).setSource(Map.of("vector", List.of(1f, 0f), "sku", id)).get();
        client().admin().indices().prepareRefresh(index).get();
    }

    private void block(String what, boolean on) {
        Settings settings = Settings.builder().put("index.blocks." + what, on).build();
        client().admin().indices().prepareUpdateSettings(INTERESTS).setSettings(settings).get();
    }

    /** The entry of the only log shard. */
    @SuppressWarnings("unchecked")
    private Map<String, Object> shard() {
        Map<String, Object> stats = XContentHelper.convertToMap(JsonXContent.jsonXContent, stats(), false);
        return ((List<Map<String, Object>>) stats.get("slices")).getFirst();
    }
}
