package org.opensearch.affinity.node.follow;

import org.opensearch.action.bulk.BulkAction;
import org.opensearch.action.bulk.BulkRequest;
import org.opensearch.action.index.IndexRequest;
import org.opensearch.affinity.AffinityPlugin;
import org.opensearch.affinity.item.ItemRow;
import org.opensearch.affinity.item.ItemRowIndex;
import org.opensearch.affinity.manage.PutTrackerAction;
import org.opensearch.affinity.manage.TrackerStats;
import org.opensearch.affinity.manage.TrackerStatsAction;
import org.opensearch.affinity.profile.GetProfileAction;
import org.opensearch.affinity.profile.Profile;
import org.opensearch.affinity.profile.ProfileCache;
import org.opensearch.affinity.profile.ProfileIndex;
import org.opensearch.affinity.tracker.IndexNames;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.coordination.Coordinator;
import org.opensearch.cluster.coordination.FollowersChecker;
import org.opensearch.cluster.coordination.LeaderChecker;
import org.opensearch.cluster.routing.ShardRouting;
import org.opensearch.cluster.routing.allocation.command.MoveAllocationCommand;
import org.opensearch.common.CheckedRunnable;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.common.Strings;
import org.opensearch.core.index.Index;
import org.opensearch.core.xcontent.MediaTypeRegistry;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.plugins.Plugin;
import org.opensearch.plugins.PluginsService;
import org.opensearch.search.SearchHit;
import org.opensearch.test.OpenSearchIntegTestCase;
import org.opensearch.test.OpenSearchIntegTestCase.ClusterScope;
import org.opensearch.test.disruption.NetworkDisruption;
import org.opensearch.test.transport.MockTransportService;
import org.opensearch.transport.TransportService;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import static org.opensearch.test.hamcrest.OpenSearchAssertions.assertNoFailures;

/**
 * Three nodes. The one that follows the log is cut off during a write and continues for a while, while the other two elect a cluster
 * manager, promote shards and follow the log without it.
 */
@ClusterScope(scope = OpenSearchIntegTestCase.Scope.TEST, numDataNodes = 0, numClientNodes = 0, supportsDedicatedMasters = false)
public class PartitionTests extends OpenSearchIntegTestCase {
    /** 2001-09-09: events before 1990 are implausible. */
    private static final long START = 1_000_000_000_000L;
    private static final String LOG = "ubi_events";
    private static final int ITEMS = 8;
    private static final int USERS = 10;
    private static final long DAY = 24 * 60 * 60 * 1000L;
    private static final TimeValue SOON = TimeValue.timeValueSeconds(10);

    private int written;

    @Override
    protected Collection<Class<? extends Plugin>> nodePlugins() {
        return List.of(AffinityPlugin.class, HeldWrites.class, MockTransportService.TestPlugin.class);
    }

    /** Time-outs with which nodes detect a failure within seconds. */
    @Override
    protected Settings nodeSettings(int ordinal) {
        return Settings.builder()
            .put(super.nodeSettings(ordinal))
            .put(LeaderChecker.LEADER_CHECK_TIMEOUT_SETTING.getKey(), "2s")
            .put(LeaderChecker.LEADER_CHECK_RETRY_COUNT_SETTING.getKey(), 1)
            .put(FollowersChecker.FOLLOWER_CHECK_TIMEOUT_SETTING.getKey(), "2s")
            .put(FollowersChecker.FOLLOWER_CHECK_RETRY_COUNT_SETTING.getKey(), 1)
            .put(Coordinator.PUBLISH_TIMEOUT_SETTING.getKey(), "5s")
            // The follower moves with the primary of the log, which must not be moved while a test expects it on one node.
            .put("cluster.routing.rebalance.enable", "none")
            .build();
    }

    public void testProfilesOnTheMajoritySide() throws Exception {
        cutOffTheOwner(false, NetworkDisruption.DISCONNECT);
    }

    public void testProfilesCutOffWithTheFollower() throws Exception {
        cutOffTheOwner(true, NetworkDisruption.DISCONNECT);
    }

    public void testUnresponsiveNetwork() throws Exception {
        cutOffTheOwner(randomBoolean(), NetworkDisruption.UNRESPONSIVE);
    }

    /** The cache must not take a profile from another copy that lags behind the node's own. */
    public void testCacheReadsTheOwnCopyOnly() throws Exception {
        List<String> nodes = internalCluster().startNodes(3);
        openShop();
        track("shop");
        String primary = nodes.get(0);
        moveProfiles(primary);
        replicas(IndexNames.PROFILES.ofGeneration("shop", 0), 2);
        click(primary, USERS);
        awaitEvents("shop", primary);

        List<Runnable> held = new CopyOnWriteArrayList<>();
        String allProfiles = "[" + IndexNames.PROFILES.ofGeneration("shop", 0) + "][0]] containing [" + USERS + "] requests";
        MockTransportService transport = (MockTransportService) internalCluster().getInstance(TransportService.class, primary);
        transport.addSendBehavior((connection, id, action, request, options) -> {
            CheckedRunnable<IOException> send = () -> connection.sendRequest(id, action, request, options);
            if (action.equals(BulkAction.NAME + "[s][r]") && request.toString().contains(allProfiles)) {
                held.add(() -> {
                    try {
                        send.run();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
            } else {
                send.run();
            }
        });
        clickAtOnce(primary, USERS);
        assertBusy(() -> assertFalse(held.isEmpty()));
        for (int user = 0; user < USERS; user++) {
            profile(primary, "shop", user);
        }
        transport.clearAllRules();
        held.forEach(Runnable::run);
        awaitEvents("shop", primary);
        Index profiles = client().admin().cluster().prepareState().get().getState().metadata().index(IndexNames.PROFILES.ofGeneration("shop", 0)).getIndex();
        Profile cached = internalCluster().getInstance(ProfileCache.class, primary).get(profiles, ProfileIndex.idOfUser("user-0"));
        assertEquals("read from the own copy", 2, cached.events());
    }

    private void cutOffTheOwner(boolean withProfiles, NetworkDisruption.NetworkLinkDisruptionType how) throws Exception {
        List<String> nodes = internalCluster().startNodes(3);
        openShop();
        track("shop");
        click(nodes.get(0), 40);
        awaitEvents("shop", nodes.get(0));
        String owner = owner();
        List<String> others = new ArrayList<>(nodes);
        others.remove(owner);
        String majority = others.get(0);
        moveProfiles(withProfiles ? owner : majority);

        HeldWrites stale = internalCluster().getInstance(PluginsService.class, owner).filterPlugins(HeldWrites.class).get(0);
        stale.hold();
        click(majority, 20);
        assertBusy(() -> assertEquals(1, stale.held()));
        int before = stale.succeeded();
        NetworkDisruption cut = new NetworkDisruption(new NetworkDisruption.TwoPartitions(Set.of(owner), Set.copyOf(others)), how);
        setDisruptionScheme(cut);
        cut.startDisrupting();
        ensureStableCluster(2, majority);
        click(majority, 40);
        awaitEvents("shop", majority);
        stale.release(); // the profiles have changed since
        click(majority, 20);
        awaitEvents("shop", majority);
        assertTrue("the follower that was cut off must not know it", owner.equals(ownerAsSeenBy(owner)));
        assertNotEquals(owner, ownerAsSeenBy(majority));

        cut.removeAndEnsureHealthy(internalCluster());
        ensureStableCluster(3);
        click(majority, 20);
        awaitEvents("shop", majority);
        // In other cases the request gets no response, or the primary that was cut off with the follower retries for minutes.
        if (how == NetworkDisruption.DISCONNECT && withProfiles == false) {
            assertBusy(() -> assertTrue(stale.failed() > 0), 90, TimeUnit.SECONDS);
        }
        assertEquals("the follower that was cut off must not write", before, stale.succeeded());
        ensureGreen();
        assertSameAsUndisturbed(nodes);
    }

    private void assertSameAsUndisturbed(List<String> nodes) throws Exception {
        track("undisturbed");
        awaitEvents("undisturbed", nodes.get(0));
        for (String node : nodes) {
            for (int user = 0; user < USERS; user++) {
                assertEquals(profile(node, "undisturbed", user), profile(node, "shop", user));
            }
        }
        // Rows are published up to two seconds after the profiles are stored.
        assertBusy(() -> assertEquals(rows("undisturbed"), rows("shop")));
        for (String tracker : List.of("undisturbed", "shop")) {
            assertBusy(() -> assertTrue(stats(tracker), stats(tracker).contains("\"applied\":" + written + ",")));
        }
    }

    private void openShop() {
        Settings everywhere = Settings.builder().put("index.number_of_shards", 1).put("index.number_of_replicas", 2).build();
        prepareCreate("products").setSettings(everywhere).setMapping("vector", "type=affinity_vector,dimension=4").get();
        for (int item = 0; item < ITEMS; item++) {
            List<Float> vector = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                vector.add(randomFloat() - 0.5f);
            }
            client().prepareIndex("products").setId("item-" + item).setSource(Map.of("vector", vector)).get();
        }
        client().admin().indices().prepareRefresh("products").get();
        prepareCreate(LOG).setSettings(Settings.builder().put("index.number_of_shards", 1).put("index.number_of_replicas", 1)).get();
        ensureGreen();
    }

    private void track(String name) throws IOException {
        String definition = """
            {"items": {"index": "products", "vector_field": "vector"}, "events": {"index": "ubi_events"}, "actions": {"click": 1}}""";
        try (XContentParser parser = createParser(JsonXContent.jsonXContent, definition)) {
            client().execute(PutTrackerAction.INSTANCE, new PutTrackerAction.Request(Tracker.parse(name, parser))).actionGet();
        }
        ensureGreen();
    }

    private void click(String node, int count) {
        for (int i = 0; i < count; i++) {
            client(node).index(nextClick()).actionGet();
        }
    }

    private void clickAtOnce(String node, int count) {
        BulkRequest clicks = new BulkRequest();
        for (int i = 0; i < count; i++) {
            clicks.add(nextClick());
        }
        assertNoFailures(client(node).bulk(clicks).actionGet());
    }

    /** Users take turns, and each event is in a session of its own, so that none exceeds a limit. */
    private IndexRequest nextClick() {
        Map<String, Object> object = Map.of("object", Map.of("object_id", "item-" + randomInt(ITEMS - 1)));
        String at = Instant.ofEpochMilli(START + written * DAY / 4).toString();
        String user = "user-" + written % USERS;
        written++;
        return new IndexRequest(LOG).source(Map.of("client_id", user, "action_name", "click", "timestamp", at, "event_attributes", object));
    }

    private static Profile profile(String node, String tracker, int user) {
        GetProfileAction.Request request = new GetProfileAction.Request(tracker, "user-" + user, SOON);
        return client(node).execute(GetProfileAction.INSTANCE, request).actionGet().profile();
    }

    /** Waits until all events are in profiles. */
    private void awaitEvents(String tracker, String node) throws Exception {
        assertBusy(() -> {
            long events = 0;
            for (int user = 0; user < USERS; user++) {
                Profile profile = profile(node, tracker, user);
                events += profile == null ? 0 : profile.events();
            }
            assertEquals(written, events);
        }, 60, TimeUnit.SECONDS);
    }

    /** Returns weight and time of each item's row. */
    private static Map<String, String> rows(String tracker) throws IOException {
        client().admin().indices().prepareRefresh(IndexNames.ITEM_ROWS.alias(tracker)).get();
        Map<String, String> rows = new HashMap<>();
        for (SearchHit hit : client().prepareSearch(IndexNames.ITEM_ROWS.alias(tracker)).setSize(ITEMS).get().getHits()) {
            ItemRow row = ItemRowIndex.row(hit.getSourceRef());
            rows.put(row.item(), row.weight() + " at " + row.time());
        }
        return rows;
    }

    private static String stats(String tracker) {
        TrackerStats stats = client().execute(TrackerStatsAction.INSTANCE, new TrackerStatsAction.Request(tracker)).actionGet();
        return Strings.toString(MediaTypeRegistry.JSON, stats);
    }

    /** Returns the node that follows the log. */
    private String owner() throws Exception {
        String[] owner = new String[1];
        assertBusy(() -> {
            owner[0] = ownerAsSeenBy(internalCluster().getClusterManagerName());
            assertNotNull(owner[0]);
        });
        return owner[0];
    }

    private static String ownerAsSeenBy(String node) {
        ClusterState state = client(node).admin().cluster().prepareState().setLocal(true).get().getState();
        ShardRouting primary = state.routingTable().index("ubi_events").shard(0).primaryShard();
        String id = primary.currentNodeId();
        return id == null ? null : state.nodes().get(id).getName();
    }

    /** Moves the primary of the profiles to a node, with a replica on another one. */
    private void moveProfiles(String to) {
        String index = IndexNames.PROFILES.ofGeneration("shop", 0);
        replicas(index, 0);
        ClusterState state = client().admin().cluster().prepareState().get().getState();
        String from = state.nodes().get(state.routingTable().index(index).shard(0).primaryShard().currentNodeId()).getName();
        if (from.equals(to) == false) {
            client().admin().cluster().prepareReroute().add(new MoveAllocationCommand(index, 0, from, to)).get();
            ensureGreen();
        }
        replicas(index, 1);
    }

    private void replicas(String index, int count) {
        Settings settings = Settings.builder().put("index.auto_expand_replicas", "false").put("index.number_of_replicas", count).build();
        client().admin().indices().prepareUpdateSettings(index).setSettings(settings).get();
        ensureGreen();
    }
}
