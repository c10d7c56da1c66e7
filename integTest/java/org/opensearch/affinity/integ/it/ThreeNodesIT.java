package org.opensearch.affinity.integ.it;

import com.fasterxml.jackson.databind.JsonNode;
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
import org.opensearch.affinity.integ.cluster.UserProfile;
import org.opensearch.affinity.integ.data.TinyShop;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertTrue;

/** Items and events spread over three shards on three nodes. */
public class ThreeNodesIT {
    private static final TinyShop SHOP = new TinyShop(300, 4);
    private static final int EVENTS = 400;
    private static final String MODELS = "/_plugins/_affinity/trackers/tiny/models";

    private static Cluster cluster;
    private static TrackerProgress stats;

    @BeforeClass
    public static void fillCluster() throws IOException {
        cluster = Cluster.start(BuiltPlugin.home(), BuiltPlugin.folder(ThreeNodesIT.class), 3, "512m", NodeSettings.QUICK);
        Rest rest = cluster.rest();
        SHOP.stock(rest, "spread", 3);
        SHOP.stock(rest, "single", 1);
        TinyShop.openLog(rest, "ubi_events", 3);
        TinyShop.track(rest, "tiny", "spread", "ubi_events");
        new BulkFeed(rest, "ubi_events", 50).send(SHOP.log(EVENTS), done -> {});
        stats = TrackerProgress.await(rest, "tiny", EVENTS, seen -> {});
    }

    @AfterClass
    public static void stopCluster() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    public void shardsLieOnThreeNodes() {
        Set<String> nodes = new HashSet<>();
        cluster.rest().get("/_cat/shards/spread?format=json").forEach(shard -> nodes.add(shard.path("node").asText()));
        assertEquals(Set.of("node-1", "node-2", "node-3"), nodes);
    }

    @Test
    public void eventsOfOneUserOnSeveralShardsCountOnce() {
        assertEquals(stats.toString(), 3, stats.shards());
        assertEquals(stats.toString(), EVENTS, stats.applied());
        for (int user = 0; user < SHOP.users(); user++) {
            assertEquals(EVENTS / SHOP.users(), UserProfile.of(cluster.rest(), "tiny", TinyShop.user(user)).orElseThrow().events());
        }
    }

    @Test
    public void scoresDoNotDependOnShards() {
        for (int user = 0; user < SHOP.users(); user++) {
            Map<String, Double> single = scores(cluster.rest(), "single", TinyShop.user(user));
            assertEquals(SHOP.items(), single.size());
            assertSame(single, scores(cluster.rest(), "spread", TinyShop.user(user)));
        }
    }

    @Test
    public void scoresDoNotDependOnTheNodeThatIsAsked() {
        Map<String, Double> first = scores(cluster.rest(), "spread", TinyShop.user(1));
        for (Node node : cluster.nodes()) {
            assertSame(first, scores(node.rest(), "spread", TinyShop.user(1)));
        }
    }

    @Test
    public void usersAreScoredDifferently() {
        assertNotEquals(scores(cluster.rest(), "spread", TinyShop.user(1)), scores(cluster.rest(), "spread", TinyShop.user(2)));
        assertNotEquals(scores(cluster.rest(), "spread", TinyShop.user(1)), scores(cluster.rest(), "spread", "never-seen"));
    }

    @Test
    public void retrievalDependsOnNeitherShardsNorTheNodeThatIsAsked() {
        Map<String, Double> single = retrieved(cluster.rest(), "single", TinyShop.user(1));
        assertFalse(single.isEmpty());
        for (Node node : cluster.nodes()) {
            assertSame(single, retrieved(node.rest(), "spread", TinyShop.user(1)));
        }
    }

    /** Whatever model counts at a moment: a search that three nodes answer is ranked by one, and none fails. */
    @Test
    public void modelsAreSwitchedWhilePeopleSearch() throws Exception {
        Rest rest = cluster.rest();
        rest.post("/ubi_events/_refresh", null);
        List<Map<String, Double>> possible = new ArrayList<>();
        possible.add(scores(rest, "spread", TinyShop.user(1)));
        for (String body : List.of("{\"activate\":true}", "{\"activate\":true,\"signals\":[\"popularity\"]}")) {
            rest.post(MODELS + "?wait_for_completion=true", body);
            possible.add(scores(rest, "spread", TinyShop.user(1)));
        }
        assertEquals("three rankings to be told apart", 3, Set.copyOf(possible).size());
        AtomicBoolean over = new AtomicBoolean();
        try (ExecutorService people = Executors.newFixedThreadPool(cluster.nodes().size())) {
            List<Future<Integer>> searches = new ArrayList<>();
            for (Node node : cluster.nodes()) {
                searches.add(people.submit(() -> search(node.rest(), possible, over)));
            }
            try {
                for (int i = 0; i < 30; i++) {
                    int model = i % 3;
                    rest.post(MODELS + (model == 0 ? "/2/_deactivate" : "/" + model + "/_activate"), null);
                    for (Node node : cluster.nodes()) {
                        assertSame(possible.get(model), scores(node.rest(), "spread", TinyShop.user(1)));
                    }
                }
            } finally {
                over.set(true);
            }
            for (Future<Integer> search : searches) {
                assertTrue(search.get() > 30);
            }
        } finally {
            rest.post(MODELS + "/2/_deactivate", null);
        }
    }

    private static int search(Rest rest, List<Map<String, Double>> possible, AtomicBoolean over) {
        int searches = 0;
        for (; over.get() == false; searches++) {
            Map<String, Double> found = scores(rest, "spread", TinyShop.user(1));
            assertTrue("ranked by none of the models, or by two: " + found, possible.stream().anyMatch(one -> same(one, found)));
        }
        return searches;
    }

    private static boolean same(Map<String, Double> one, Map<String, Double> other) {
        return one.keySet().equals(other.keySet()) && one.entrySet().stream().allMatch(hit -> Math.abs(hit.getValue() - other.get(hit.getKey())) <= 1e-6 * hit.getValue());
    }

    private static Map<String, Double> retrieved(Rest rest, String index, String user) {
        Map<String, Double> scores = Map.of();
        // A busy machine may not read a profile in time, and then nothing is found.
        for (int again = 0; again < 50 && scores.isEmpty(); again++) {
            scores = scores(rest.post("/" + index + "/_search", """
                {"size":300,"_source":false,"query":{"affinity":{"tracker":"tiny","user":"%s","k":10000}}}""".formatted(user)));
        }
        return scores;
    }

    private static Map<String, Double> scores(Rest rest, String index, String user) {
        return scores(rest.post("/" + index + "/_search", """
            {"size":300,"_source":false,
             "query":{"function_score":{"query":{"match_all":{}},"field_value_factor":{"field":"base"},"boost_mode":"replace"}},
             "rescore":{"window_size":300,"affinity":{"tracker":"tiny","user":"%s"}}}""".formatted(user)));
    }

    private static Map<String, Double> scores(JsonNode answer) {
        Map<String, Double> scores = new TreeMap<>();
        answer.path("hits").path("hits").forEach(hit -> scores.put(hit.path("_id").asText(), hit.path("_score").asDouble()));
        return scores;
    }

    private static void assertSame(Map<String, Double> expected, Map<String, Double> actual) {
        assertEquals(expected.keySet(), actual.keySet());
        expected.forEach((id, score) -> assertEquals(id, score, actual.get(id), 1e-6 * score));
    }
}
