package org.opensearch.affinity.node.follow;

import org.opensearch.action.ActionRequest;
import org.opensearch.action.bulk.BulkRequest;
import org.opensearch.action.support.ActionFilter;
import org.opensearch.affinity.follow.RebuildAction;
import org.opensearch.affinity.manage.PutTrackerAction;
import org.opensearch.affinity.manage.TrackerStats;
import org.opensearch.affinity.manage.TrackerStatsAction;
import org.opensearch.affinity.node.AffinityNodeTestCase;
import org.opensearch.affinity.profile.ForgetUserAction;
import org.opensearch.affinity.profile.GetProfileAction;
import org.opensearch.affinity.profile.OptOutAction;
import org.opensearch.affinity.profile.Profile;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.cluster.ClusterState;
import org.opensearch.common.settings.MockSecureSettings;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.Strings;
import org.opensearch.core.index.Index;
import org.opensearch.core.index.shard.ShardId;
import org.opensearch.core.xcontent.MediaTypeRegistry;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.index.engine.VersionConflictEngineException;
import org.opensearch.plugins.ActionPlugin;
import org.opensearch.plugins.Plugin;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** A single node with two items, a tracker of them, and calls of the plugin's actions. */
abstract class TrackTestCase extends AffinityNodeTestCase {
    static final String INTERESTS = ".affinity-interests-shop";
    static final Set<String> FIRST = Set.of(".affinity-interests-shop.1", ".affinity-items-shop.1");
    static final Set<String> SECOND = Set.of(".affinity-interests-shop.2", ".affinity-items-shop.2");
    static final long DAY = 24 * 60 * 60 * 1000L;
    /** A time many years ago, epoch milliseconds. */
    static final long OLD = Instant.parse("2001-01-01T00:00:00Z").toEpochMilli();

    /** Fails bulk requests to an index with a version conflict while a test wants it. */
    public static final class Refusals extends Plugin implements ActionPlugin {
        static volatile String index;
        static volatile String user = "nobody";
        /** The prefix of the ids of the documents whose requests fail. */
        static volatile String ids = "";

        @Override
        public List<ActionFilter> getActionFilters() {
            return List.of(new ActionFilter.Simple() {
                @Override
                public int order() {
                    return 0;
                }

                @Override
                protected boolean apply(String action, ActionRequest request, ActionListener<?> listener) {
                    if (request instanceof BulkRequest bulk && index != null && bulk.getIndices().contains(index)
                        && bulk.requests().getFirst().id().startsWith(ids)) {
                        ShardId shard = new ShardId(new Index(index, "uuid"), 0);
                        listener.onFailure(new VersionConflictEngineException(shard, "user:" + user, "of user " + user));
                        return false;
                    }
                    return true;
                }
            });
        }
    }

    @Override
    protected Collection<Class<? extends Plugin>> getPlugins() {
        List<Class<? extends Plugin>> plugins = new ArrayList<>(super.getPlugins());
        plugins.add(Refusals.class);
        return plugins;
    }

    @Override
    protected Settings nodeSettings() {
        MockSecureSettings secrets = new MockSecureSettings();
        for (String id : List.of("2026", "2027", "2028")) {
            secrets.setString("affinity.pseudonym." + id + ".secret", "sixteen bytes, or more: " + id);
        }
        return Settings.builder().put(super.nodeSettings()).setSecureSettings(secrets).build();
    }

    @Override
    protected boolean resetNodeAfterTest() {
        return true;
    }

    final void shop(String more) throws IOException {
        client().admin().indices().prepareCreate("products").setMapping("vector", "type=affinity_vector,dimension=2").get();
        client().prepareIndex("products").setId("tent").setSource(Map.of("vector", List.of(1f, 0f))).get();
        client().prepareIndex("products").setId("desk").setSource(Map.of("vector", List.of(0f, 1f))).get();
        client().admin().indices().prepareRefresh("products").get();
        put(more);
    }

    final void put(String more) throws IOException {
        client().execute(PutTrackerAction.INSTANCE, new PutTrackerAction.Request(tracker(more))).actionGet();
    }

    final Tracker tracker(String more) throws IOException {
        String definition = """
            {"items": {"index": "products", "vector_field": "vector"}, "events": {"index": "ubi_events"}, "actions": {"click": 1}%s}""";
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, definition.formatted(more))) {
            return Tracker.parse("shop", parser);
        }
    }

    final void click(String user, String item, long time) {
        act(user, "click", item, time);
    }

    final void act(String user, String action, String item, long time) {
        Map<String, Object> object = Map.of("object", Map.of("object_id", item));
        String at = Instant.ofEpochMilli(time).toString();
        client().prepareIndex("ubi_events")
            .setSource(Map.of("client_id", user, "action_name", action, "timestamp", at, "event_attributes", object))
            .get();
    }

    final String stats() {
        TrackerStats stats = client().execute(TrackerStatsAction.INSTANCE, new TrackerStatsAction.Request("shop")).actionGet();
        return Strings.toString(MediaTypeRegistry.JSON, stats);
    }

    final void awaitStats(String... parts) throws Exception {
        assertBusy(() -> {
            String stats = stats();
            for (String part : parts) {
                assertTrue(stats, stats.contains("\"lag_events\":0") && stats.contains(part));
            }
        });
    }

    final Profile profile(String user, String... recent) {
        GetProfileAction.Request get = new GetProfileAction.Request("shop", user, List.of(recent));
        TimeValue timeout = TimeValue.timeValueSeconds(10);
        return client().execute(GetProfileAction.INSTANCE, get.forUser(user, timeout)).actionGet().profile();
    }

    final void rebuild(boolean cancel) {
        client().execute(RebuildAction.INSTANCE, new RebuildAction.Request("shop", cancel)).actionGet();
    }

    final ClusterState state() {
        return client().admin().cluster().prepareState().get().getState();
    }

    final Set<String> indices() {
        Set<String> indices = new TreeSet<>(state().metadata().indices().keySet());
        indices.removeIf(index -> index.startsWith(".affinity-") == false);
        return indices;
    }

    final void awaitIndices(Set<String> wanted) throws Exception {
        assertBusy(() -> assertEquals(wanted, indices()));
    }

    final void forget(String user) {
        client().execute(ForgetUserAction.INSTANCE, new ForgetUserAction.Request("shop", user, false)).actionGet();
    }

    final void optOut(String user, boolean out) {
        client().execute(OptOutAction.INSTANCE, new OptOutAction.Request("shop", user, out)).actionGet();
    }
}
