package org.opensearch.affinity.integ.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;
import org.opensearch.affinity.integ.cluster.BuiltPlugin;
import org.opensearch.affinity.integ.cluster.BulkFeed;
import org.opensearch.affinity.integ.cluster.Cluster;
import org.opensearch.affinity.integ.cluster.Node;
import org.opensearch.affinity.integ.cluster.NodeSettings;
import org.opensearch.affinity.integ.cluster.Rest;
import org.opensearch.affinity.integ.cluster.TrackerProgress;
import org.opensearch.affinity.integ.data.TinyShop;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

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
        TrackerProgress.await(rest, "tiny", EVENTS, stats -> {});
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
            JsonNode profile = rest.find(TRACKER + "/users/" + name).orElse(Rest.JSON.nullNode());
            profile.path("interests").forEach(interest -> ((ObjectNode) interest).remove("weight_now")); // it fades while one looks
            profiles.put(name, profile);
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
        TreeSet<String> used = indices(rest);
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
            String task = dying.rest().post(TRACKER + "/_rebuild?wait_for_completion=false", null).path("task").asText();
            assertEquals("it is seen on the node that was asked", List.of(task), windows(rest));
            dying.kill();
            rest.get("/_cluster/health?wait_for_nodes=2&timeout=60s");
            awaitAnotherWindow(rest, task);
            awaitNewIndices(rest, used);
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

    private static List<String> windows(Rest rest) {
        List<String> tasks = new ArrayList<>();
        rest.get("/_tasks?actions=*affinity*rebuild*&detailed&group_by=none").path("tasks").forEach(task -> {
            assertEquals("rebuild of tracker [tiny]", task.path("description").asText());
            assertTrue(task.toString(), task.path("status").has("percent") && task.path("cancellable").asBoolean());
            tasks.add(task.path("node").asText() + ":" + task.path("id").asText());
        });
        return tasks;
    }

    /** The rebuild may be over soon after, but its window stays open for a second at least. */
    private static void awaitAnotherWindow(Rest rest, String lost) throws InterruptedException {
        List<String> open = windows(rest);
        for (int again = 0; again < 1_200 && (open.isEmpty() || open.contains(lost)); again++) {
            Thread.sleep(50);
            open = windows(rest);
        }
        assertTrue(open.toString(), open.size() == 1 && open.contains(lost) == false);
    }

    /** After the one above or before it, whichever the runner takes first. */
    @Test
    public void isWaitedForOrGivenUpAsATask() throws Exception {
        Rest rest = cluster.rest();
        TreeSet<String> before = indices(rest);
        JsonNode begun = rest.post(TRACKER + "/_rebuild?wait_for_completion=false", null);
        String task = begun.path("task").asText();
        rest.post("/_tasks/" + task + "/_cancel?wait_for_completion=true", null);
        assertFalse(rest.get(TRACKER + "/_stats").has("rebuild"));
        JsonNode kept = rest.get("/_tasks/" + task + "?wait_for_completion=true");
        assertEquals(kept.toString(), "cancelled", kept.path("response").path("outcome").asText());
        await(rest, List.copyOf(before));
        JsonNode done = rest.post(TRACKER + "/_rebuild?wait_for_completion=true", null);
        assertEquals(done.toString(), "rebuilt", done.path("outcome").asText());
        assertFalse(rest.get(TRACKER + "/_stats").has("rebuild"));
        assertFalse("what was made is used: " + before, indices(rest).equals(before));
    }

    private static void awaitNewIndices(Rest rest, TreeSet<String> used) throws InterruptedException {
        TreeSet<String> now = indices(rest);
        for (int again = 0; again < 600 && (now.size() != used.size() || now.removeAll(used)); again++) {
            Thread.sleep(200);
            now = indices(rest);
        }
        assertEquals(now.toString(), used.size(), now.size());
    }

    private static void await(Rest rest, List<String> wanted) throws InterruptedException {
        for (int again = 0; again < 600 && List.copyOf(indices(rest)).equals(wanted) == false; again++) {
            Thread.sleep(200);
        }
        assertEquals(wanted, List.copyOf(indices(rest)));
    }
}
