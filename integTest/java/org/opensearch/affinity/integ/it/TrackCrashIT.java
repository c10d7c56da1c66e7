package org.opensearch.affinity.integ.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.opensearch.affinity.integ.cluster.BuiltPlugin;
import org.opensearch.affinity.integ.cluster.BulkFeed;
import org.opensearch.affinity.integ.cluster.Cluster;
import org.opensearch.affinity.integ.cluster.Node;
import org.opensearch.affinity.integ.cluster.NodeSettings;
import org.opensearch.affinity.integ.cluster.Pause;
import org.opensearch.affinity.integ.cluster.Rest;
import org.opensearch.affinity.integ.cluster.RestFailure;
import org.opensearch.affinity.integ.cluster.TrackerProgress;
import org.opensearch.affinity.integ.data.TinyShop;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.junit.Assert.assertEquals;

/**
 * The node that follows a log is killed at any moment, again and again, while the log is written:
 * {@code -Daffinity.kills=N} for more of that.
 */
public class TrackCrashIT {
    private static final int KILLS = Integer.getInteger("affinity.kills", 2);
    /** So many users that each of them comes back after more than half an hour: all events are in sessions of their own. */
    private static final TinyShop SHOP = new TinyShop(300, 200);
    private static final Duration BETWEEN_EVENTS = Duration.ofSeconds(10);
    private static final int BULK = 20;
    private static final long BETWEEN_BULKS_MILLIS = 20;
    private static final int MOST_CALM_MILLIS = 3_000;
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Duration RECOVERED_WITHIN = Duration.ofMinutes(10);

    private final AtomicBoolean enough = new AtomicBoolean();
    private Cluster cluster;

    @Before
    public void startCluster() throws IOException {
        cluster = Cluster.start(BuiltPlugin.home(), BuiltPlugin.folder(TrackCrashIT.class), 3, "512m", NodeSettings.QUICK);
        Rest rest = cluster.rest();
        SHOP.stock(rest, "products", 1);
        rest.put("/products/_settings", "{\"index.number_of_replicas\": 2}");
        TinyShop.openLog(rest, "ubi_events", 1);
        rest.put("/ubi_events/_settings", "{\"index.number_of_replicas\": 1}");
        TinyShop.track(rest, "killed", "products", "ubi_events");
    }

    @After
    public void stopCluster() {
        enough.set(true);
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    public void everyEventCountsOnceThroughKills() throws Exception {
        CompletableFuture<Integer> feed = CompletableFuture.supplyAsync(this::write);
        Set<Node> killed = killAgainAndAgain(feed);
        enough.set(true);
        int acknowledged = feed.get();
        assertThat("the work must have moved between nodes", killed.size(), greaterThan(Math.min(KILLS, 2) - 1));

        Rest rest = cluster.rest();
        awaitGreen(rest);
        rest.post("/ubi_events/_refresh", null);
        assertEquals(acknowledged, rest.get("/ubi_events/_count").path("count").asInt());
        TrackerProgress through = TrackerProgress.await(rest, "killed", acknowledged, seen -> {});
        TinyShop.track(rest, "undisturbed", "products", "ubi_events");
        TrackerProgress undisturbed = TrackerProgress.await(rest, "undisturbed", acknowledged, seen -> {});
        assertEquals(undisturbed.applied(), through.applied());
        long events = 0;
        for (int user = 0; user < SHOP.users(); user++) {
            JsonNode expected = profile("undisturbed", TinyShop.user(user));
            assertEquals(expected, profile("killed", TinyShop.user(user)));
            assertThat(expected.path("interests").size(), greaterThan(1));
            events += expected.path("events").asLong();
        }
        assertEquals(acknowledged, events);
        System.out.printf("%d kills on %d nodes, %d events%n", KILLS, killed.size(), acknowledged);
    }

    /** The nodes that were killed. */
    private Set<Node> killAgainAndAgain(CompletableFuture<Integer> feed) throws Exception {
        Random random = new Random();
        Set<Node> killed = new HashSet<>();
        for (int kill = 0; kill < KILLS; kill++) {
            // With a copy of everything on two nodes no acknowledged event can be lost with one of them.
            awaitGreen(cluster.rest());
            Thread.sleep(random.nextInt(MOST_CALM_MILLIS));
            if (feed.isDone()) {
                feed.get();
            }
            Node victim = follower();
            victim.kill();
            killed.add(victim);
            victim.restart(waited -> {});
        }
        return killed;
    }

    /** Writes the log until it is enough, every bulk until it is acknowledged; returns how many events that were. */
    private int write() {
        Iterator<BulkFeed.Document> log = SHOP.log(Integer.MAX_VALUE, BETWEEN_EVENTS).iterator();
        int written = 0;
        for (int turn = 0; enough.get() == false; turn++) {
            List<BulkFeed.Document> bulk = new ArrayList<>(BULK);
            while (bulk.size() < BULK) {
                bulk.add(log.next());
            }
            write(bulk, turn);
            written += BULK;
            Pause.millis(BETWEEN_BULKS_MILLIS);
        }
        return written;
    }

    /** To one node after the other: what one that was killed has written without saying so is found to be there. */
    private void write(List<BulkFeed.Document> bulk, int turn) {
        long begin = System.nanoTime();
        for (int attempt = 0;; attempt++) {
            Node node = cluster.nodes().get((turn + attempt) % cluster.nodes().size());
            try {
                new BulkFeed(node.rest(), "ubi_events", BULK).send(bulk.stream(), done -> {});
                return;
            } catch (RestFailure e) {
                if (System.nanoTime() - begin > PATIENCE.toNanos()) {
                    throw e;
                }
                Pause.millis(BETWEEN_BULKS_MILLIS);
            }
        }
    }

    /** The node that follows the log. */
    private Node follower() throws Exception {
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < PATIENCE.toNanos()) {
            JsonNode tasks = cluster.rest().get("/_tasks?actions=affinity/follow");
            String name = "";
            for (JsonNode node : tasks.path("nodes")) {
                name = node.path("name").asText();
            }
            if (name.isEmpty() == false) {
                return cluster.nodes().get(Integer.parseInt(name.substring("node-".length())) - 1);
            }
            Thread.sleep(BETWEEN_BULKS_MILLIS);
        }
        throw new IOException("no node follows the log");
    }

    /** However long that takes on a machine that is busy: it is not what is tested. */
    private static void awaitGreen(Rest rest) {
        long begin = System.nanoTime();
        while (true) {
            try {
                rest.get("/_cluster/health?wait_for_nodes=3&wait_for_status=green&wait_for_no_relocating_shards=true&timeout=60s");
                return;
            } catch (RestFailure e) {
                if (System.nanoTime() - begin > RECOVERED_WITHIN.toNanos()) {
                    throw e;
                }
            }
        }
    }

    /** All that the plugin says of a user, but which tracker it is, and what depends on when it is asked. */
    private JsonNode profile(String tracker, String user) {
        ObjectNode profile = (ObjectNode) cluster.rest().get("/_plugins/_affinity/trackers/" + tracker + "/users/" + user);
        profile.remove("tracker");
        profile.path("interests").forEach(interest -> ((ObjectNode) interest).remove("weight_now")); // it fades while one looks
        return profile;
    }
}
