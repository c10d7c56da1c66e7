package org.opensearch.affinity.integ;

import com.fasterxml.jackson.databind.JsonNode;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertTrue;

/** Three processes; the one that carries the rebuild on dies in the middle of it, while searches run. */
public class RebuildIT {
    private static final TinyShop SHOP = new TinyShop(40, 50);
    private static final int EVENTS = 40_000;
    private static final String TRACKER = "/_plugins/_affinity/trackers/tiny";

    private static Cluster cluster;

    @BeforeClass
    public static void startThreeNodes() throws IOException {
        cluster = Cluster.start(BuiltPlugin.home(), BuiltPlugin.folder(RebuildIT.class), 3, "384m", NodeSettings.QUICK);
        Rest rest = cluster.rest();
        SHOP.stock(rest, "items", 1);
        rest.put("/items/_settings", "{\"index\":{\"number_of_replicas\":2}}");
        rest.put("/ubi_events", "{\"settings\":{\"number_of_shards\":1,\"number_of_replicas\":1}}");
        TinyShop.track(rest, "tiny", "items", "ubi_events");
        new BulkFeed(rest, "ubi_events", 1_000).send(SHOP.log(EVENTS), done -> {});
        TrackerStats.await(rest, "tiny", EVENTS, stats -> {});
        rest.get("/_cluster/health?wait_for_status=green&timeout=60s");
    }

    @AfterClass
    public static void stopNodes() {
        if (cluster != null) {
            cluster.close();
        }
    }

    private static Map<String, JsonNode> profiles(Rest rest) {
        Map<String, JsonNode> profiles = new HashMap<>();
        for (int user = 0; user < SHOP.users(); user++) {
            String name = TinyShop.user(user);
            profiles.put(name, rest.find(TRACKER + "/users/" + name).orElse(Rest.JSON.nullNode()));
        }
        return profiles;
    }

    private static TreeSet<String> indices(Rest rest) {
        TreeSet<String> indices = new TreeSet<>();
        rest.get("/_cat/indices/.affinity-*?format=json&expand_wildcards=all").forEach(index -> indices.add(index.path("index").asText()));
        return indices;
    }

    @Test
    public void survivesItsNodeAndIsWhatItWas() throws Exception {
        String manager = cluster.rest().get("/_cat/cluster_manager?format=json").path(0).path("node").asText();
        int number = Integer.parseInt(manager.substring("node-".length())) - 1;
        Node dying = cluster.nodes().get(number);
        Rest rest = cluster.nodes().get((number + 1) % 3).rest();
        rest.delete(TRACKER + "/users/" + TinyShop.user(1));
        rest.put(TRACKER + "/users/" + TinyShop.user(2) + "/_opt_out", null);
        Map<String, JsonNode> before = profiles(rest);
        assertTrue(before.get(TinyShop.user(1)).isNull() && before.get(TinyShop.user(2)).isNull());
        AtomicBoolean running = new AtomicBoolean(true);
        AtomicInteger searches = new AtomicInteger();
        CompletableFuture<Void> searching = CompletableFuture.runAsync(() -> {
            while (running.get()) {
                JsonNode answer = rest.post("/items/_search", """
                    {"query":{"match_all":{}},"rescore":{"affinity":{"tracker":"tiny","user":"user-0","signals":{"popularity":1}}}}""");
                assertEquals(answer.toString(), 0, answer.path("_shards").path("failed").asInt());
                searches.incrementAndGet();
            }
        });
        try {
            rest.post(TRACKER + "/_rebuild", null);
            dying.kill();
            rest.get("/_cluster/health?wait_for_nodes=2&timeout=60s");
            await(rest, List.of(".affinity-interests-tiny.2", ".affinity-items-tiny.2"));
            dying.restart(waited -> {});
        } finally {
            running.set(false);
            searching.join();
        }
        assertNotEquals(0, searches.get());
        assertFalse(rest.get(TRACKER + "/_stats").has("rebuild"));
        assertEquals(before, profiles(rest));
        JsonNode skipped = rest.get(TRACKER + "/_stats").path("events").path("skipped");
        assertTrue(skipped.toString(), skipped.path("forgotten").asInt() > 0 && skipped.path("opted_out").asInt() > 0);
    }

    private static void await(Rest rest, List<String> wanted) throws InterruptedException {
        for (int again = 0; again < 600 && List.copyOf(indices(rest)).equals(wanted) == false; again++) {
            Thread.sleep(200);
        }
        assertEquals(wanted, List.copyOf(indices(rest)));
    }
}
