package org.opensearch.affinity.integ.it;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.Test;
import org.opensearch.affinity.integ.cluster.BuiltPlugin;
import org.opensearch.affinity.integ.cluster.BulkFeed;
import org.opensearch.affinity.integ.cluster.Cluster;
import org.opensearch.affinity.integ.cluster.Node;
import org.opensearch.affinity.integ.cluster.NodeSettings;
import org.opensearch.affinity.integ.cluster.OpenSearchHome;
import org.opensearch.affinity.integ.cluster.Pause;
import org.opensearch.affinity.integ.cluster.PreviousBuild;
import org.opensearch.affinity.integ.cluster.Rest;
import org.opensearch.affinity.integ.cluster.TrackerProgress;
import org.opensearch.affinity.integ.cluster.UserProfile;
import org.opensearch.affinity.integ.data.TinyShop;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;
import static org.junit.Assume.assumeTrue;

/** The plugin of an earlier commit is replaced node by node, and the cluster works all the time. */
public class RollingRestartIT {
    private static final TinyShop SHOP = new TinyShop(100, 4);
    private static final int NODES = 2;
    private static final int EVENTS = 200;
    private static final int MORE = 40;
    private static final Duration LONGEST_DIFFERENCE = Duration.ofSeconds(30);
    private static final String AFFINITY = "/_plugins/_affinity";
    private static final String TRACKER = AFFINITY + "/trackers/tiny";

    private int events = EVENTS;
    private int puts;

    @Test
    public void nodesOfTwoBuildsWorkTogether() throws IOException {
        Path work = BuiltPlugin.folder(RollingRestartIT.class);
        Optional<OpenSearchHome> previous = PreviousBuild.install(BuiltPlugin.distribution(), BuiltPlugin.zip(), work.resolve("previous"));
        assumeTrue("no upgrade: git has no commit " + PreviousBuild.commit() + ", as in a shallow clone", previous.isPresent());
        OpenSearchHome present = BuiltPlugin.home();
        try (Cluster cluster = Cluster.start(previous.get(), work.resolve("nodes"), NODES, "512m", NodeSettings.QUICK)) {
            Rest rest = cluster.rest();
            SHOP.stock(rest, "products", 3);
            TinyShop.openLog(rest, "ubi_events", 3);
            rest.put("/products,ubi_events/_settings", "{\"number_of_replicas\":1}");
            TinyShop.track(rest, "tiny", "products", "ubi_events");
            new BulkFeed(rest, "ubi_events", 50).send(SHOP.log(EVENTS), done -> {});
            TrackerProgress.await(rest, "tiny", EVENTS, seen -> {});
            rest.post("/ubi_events/_refresh", null);
            rest.post(TRACKER + "/models?wait_for_completion=true", "{\"activate\":true}");
            check(cluster);
            for (Node node : cluster.nodes()) {
                node.kill();
                node.restart(present, waited -> {});
                check(cluster);
            }
            rest.post(TRACKER + "/_rebuild?wait_for_completion=true", null);
            check(cluster);
        }
    }

    /** Every node writes, and every node reads what the others wrote. */
    private void check(Cluster cluster) throws IOException {
        String whole = "/_cluster/health?wait_for_status=green&wait_for_no_relocating_shards=true&timeout=120s&wait_for_nodes=";
        cluster.rest().get(whole + NODES);
        for (Node node : cluster.nodes()) {
            Rest rest = node.rest();
            JsonNode definition = rest.get(TRACKER).path("tiny").deepCopy();
            ((ObjectNode) definition).put("half_life", ++puts + "d");
            rest.put(TRACKER, definition.toString());
            events += MORE;
            new BulkFeed(rest, "ubi_events", 50).send(SHOP.log(events), done -> {});
            assertEquals(events, TrackerProgress.await(rest, "tiny", events, seen -> {}).applied());
            rest.post(TRACKER + "/models/1/_deactivate", null);
            rest.post(TRACKER + "/models/1/_activate", null);

            awaitEqualScores(cluster);
            for (Node other : cluster.nodes()) {
                assertEquals(puts + "d", other.rest().get(TRACKER).path("tiny").path("half_life").asText());
                assertEquals(events / SHOP.users(), UserProfile.of(other.rest(), "tiny", TinyShop.user(1)).orElseThrow().events());
                assertTrue(other.rest().get(TRACKER + "/models").path("models").path(0).path("active").asBoolean());
                JsonNode stats = other.rest().get(AFFINITY + "/stats");
                assertEquals(stats.toString(), NODES, stats.path("nodes").size());
                assertEquals(stats.toString(), 0, stats.path("_nodes").path("failed").asInt());
            }
        }
    }

    /** What users have in common is kept by each node for a second, so nodes may differ for a moment. */
    private static void awaitEqualScores(Cluster cluster) throws IOException {
        long end = System.nanoTime() + LONGEST_DIFFERENCE.toNanos();
        while (true) {
            Map<String, Double> scores = scores(cluster.rest());
            assertEquals(SHOP.items(), scores.size());
            try {
                for (Node node : cluster.nodes()) {
                    scores(node.rest()).forEach((id, score) -> assertEquals(id, scores.get(id), score, 1e-6 * score));
                }
                return;
            } catch (AssertionError e) {
                if (System.nanoTime() > end) {
                    throw e;
                }
            }
            Pause.millis(500);
        }
    }

    private static Map<String, Double> scores(Rest rest) {
        JsonNode answer = rest.post("/products/_search", """
            {"size":100,"_source":false,
             "query":{"function_score":{"query":{"match_all":{}},"field_value_factor":{"field":"base"},"boost_mode":"replace"}},
             "rescore":{"window_size":100,"affinity":{"tracker":"tiny","user":"%s"}}}""".formatted(TinyShop.user(1)));
        assertEquals(answer.toString(), 0, answer.path("_shards").path("failed").asInt());
        Map<String, Double> scores = new TreeMap<>();
        answer.path("hits").path("hits").forEach(hit -> scores.put(hit.path("_id").asText(), hit.path("_score").asDouble()));
        assertFalse(scores.isEmpty());
        return scores;
    }
}
