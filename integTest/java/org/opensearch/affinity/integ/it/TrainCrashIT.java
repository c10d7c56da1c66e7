package org.opensearch.affinity.integ.it;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.After;
import org.junit.Before;
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
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.lessThan;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

/** The node is killed while a network learns, and the training goes on from there. */
public class TrainCrashIT {
    private static final TinyShop SHOP = new TinyShop(100, 60);
    private static final int EVENTS = 800;
    private static final int MORE = 50;
    /** Has no event among those. */
    private static final String USER = TinyShop.user(10);
    private static final int EPOCHS = 60;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String TRACKER = "/_plugins/_affinity/trackers/tiny";
    private static final String TRAINING = """
        {"parts":["attention"],"activate":true,"settings":{"attention":
          {"dimension":16,"layers":1,"dropout":0.2,"temperature":0.1,"epochs":%d,"rate":0.003}}}""".formatted(EPOCHS);

    private Cluster cluster;

    @Before
    public void startCluster() throws IOException {
        cluster = Cluster.start(BuiltPlugin.home(), BuiltPlugin.folder(TrainCrashIT.class), 1, "512m", NodeSettings.QUICK);
        Rest rest = cluster.rest();
        rest.put("/_cluster/settings", "{\"persistent\":{\"affinity.train.checkpoint_interval\":\"0s\"}}");
        SHOP.stock(rest, "products", 1);
        TinyShop.openLog(rest, "ubi_events", 1);
        TinyShop.track(rest, "tiny", "products", "ubi_events");
        feed(EVENTS);
    }

    @After
    public void stopCluster() {
        if (cluster != null) {
            cluster.close();
        }
    }

    private void feed(int events) throws IOException {
        new BulkFeed(cluster.rest(), "ubi_events", 500).send(SHOP.log(events), done -> {});
        TrackerProgress.await(cluster.rest(), "tiny", events, seen -> {});
        cluster.rest().post("/ubi_events/_refresh", null);
    }

    @Test
    public void trainingIsContinuedAfterItsNodeDied() throws Exception {
        Rest rest = cluster.rest();
        JsonNode undisturbed = rest.post(TRACKER + "/models?wait_for_completion=true", TRAINING).path("models").path(0);
        assertFalse(undisturbed.toString(), undisturbed.has("resumed"));
        Map<String, Double> expected = scores(rest);

        String task = rest.post(TRACKER + "/models?wait_for_completion=false", TRAINING).path("task").asText();
        awaitLearning(rest, task);
        Node node = cluster.nodes().getFirst();
        node.kill();
        node.restart(waited -> {});
        rest.get("/_cluster/health?wait_for_status=yellow&timeout=120s");
        assertTrue("what was reached is stored", isKept(rest));
        // What has been written since is not in the log of the training that is continued, even if it happened before.
        feed(EVENTS + MORE);
        rest.post("/ubi_events/_doc?refresh", """
            {"user_id":"late","action_name":"click","timestamp":"2026-01-01T00:00:00Z",
             "event_attributes":{"object":{"object_id":"item-1"}}}""");

        JsonNode resumed = rest.post(TRACKER + "/models?wait_for_completion=true", TRAINING).path("models").path(0);
        assertThat(resumed.toString(), resumed.path("resumed").path("epochs").asInt(), allOf(greaterThan(0), lessThan(EPOCHS)));
        assertEquals(undisturbed.path("events"), resumed.path("events"));
        scores(rest).forEach((item, score) -> assertEquals(item, expected.get(item), score, 1e-4));
        assertFalse("nothing is left of the training", isKept(rest));

        JsonNode next = rest.post(TRACKER + "/models?wait_for_completion=true", TRAINING).path("models").path(0);
        assertFalse(next.toString(), next.has("resumed"));
        assertThat(next.path("events").asInt(), greaterThan(resumed.path("events").asInt()));
    }

    private static boolean isKept(Rest rest) {
        return rest.get("/_cluster/state/metadata?filter_path=metadata.indices.*.state&expand_wildcards=all").toString().contains(".affinity-training-tiny");
    }

    private static void awaitLearning(Rest rest, String task) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            JsonNode status = rest.get("/_tasks/" + task).path("task").path("status");
            if (status.path("step").asText().equals("learning attention") && status.path("part").asDouble() > 0.2) {
                return;
            }
            assertTrue("the training learns: " + status, System.nanoTime() < end);
            Thread.sleep(20);
        }
    }

    /** By attention alone. */
    private static Map<String, Double> scores(Rest rest) {
        JsonNode answer = rest.post("/products/_search", """
            {"size":100,"_source":false,
             "query":{"function_score":{"query":{"match_all":{}},"field_value_factor":{"field":"base"},"boost_mode":"replace"}},
             "rescore":{"window_size":100,"affinity":{"tracker":"tiny","user":"%s","weight":0,
               "signals":{"neighbours":0,"attention":3}}}}""".formatted(USER));
        Map<String, Double> scores = new TreeMap<>();
        answer.path("hits").path("hits").forEach(hit -> scores.put(hit.path("_id").asText(), hit.path("_score").asDouble()));
        assertEquals(SHOP.items(), scores.size());
        return scores;
    }
}
