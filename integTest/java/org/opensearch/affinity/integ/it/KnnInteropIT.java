package org.opensearch.affinity.integ.it;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;
import org.opensearch.affinity.integ.cluster.BuiltPlugin;
import org.opensearch.affinity.integ.cluster.Node;
import org.opensearch.affinity.integ.cluster.NodeSettings;
import org.opensearch.affinity.integ.cluster.OpenSearchHome;
import org.opensearch.affinity.integ.cluster.Peers;
import org.opensearch.affinity.integ.cluster.Ports;
import org.opensearch.affinity.integ.cluster.Rest;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.junit.Assume.assumeTrue;

/** Fields and queries of k-NN and neural-search, with Affinity beside them on the node. */
public class KnnInteropIT {
    private static final List<String> SPACES = List.of("cosinesimil", "innerproduct", "l2");
    private static Node node;
    private static Rest rest;

    @BeforeClass
    public static void startNode() throws Exception {
        Peers peers = new Peers(Path.of(System.getProperty("affinity.work")).resolveSibling("peers"));
        assumeTrue("`mvn -Ppeers dependency:copy@peers` fetches k-NN and neural-search", peers.areThere());
        Path folder = BuiltPlugin.folder(KnnInteropIT.class);
        Path distribution = Path.of(System.getProperty("affinity.distribution"));
        OpenSearchHome home = peers.install(distribution, Path.of(System.getProperty("affinity.zip")), folder);
        List<Integer> ports = Ports.free(2);
        Map<String, String> more = new TreeMap<>(Peers.settings(1));
        node = Node.start(
            home,
            new NodeSettings("node-1", folder.resolve("node"), ports.get(0), ports.get(1), "1g", NodeSettings.QUICK, more, false),
            waited -> {}
        );
        rest = node.rest();
        for (String space : SPACES) {
            shop(space);
        }
    }

    @AfterClass
    public static void stopNode() {
        if (node != null) {
            node.close();
        }
    }

    /** Four items in two directions, their vectors not of unit length but for the inner product; ann likes one direction. */
    private static void shop(String space) throws Exception {
        double length = space.equals("innerproduct") ? 1 : 3;
        rest.put("/items-" + space, """
            {"settings":{"index.knn":true,"number_of_shards":2,"number_of_replicas":0},
             "mappings":{"properties":{"title":{"type":"text"},
               "v":{"type":"knn_vector","dimension":2,"method":{"name":"hnsw","engine":"lucene","space_type":"%s"}}}}}""".formatted(space));
        List<String> titles = List.of("lamp for the tent", "gas stove", "lamp for the desk", "office chair");
        double[] angles = { 0.0, 0.1, 1.5, 1.4 };
        for (int i = 0; i < titles.size(); i++) {
            rest.put("/items-" + space + "/_doc/" + i, "{\"title\":\"%s\",\"v\":[%s,%s]}".formatted(
                titles.get(i), length * Math.cos(angles[i]), length * Math.sin(angles[i])
            ));
        }
        rest.put("/items-" + space + "/_doc/plain", "{\"title\":\"lamp without a vector\"}");
        rest.post("/items-" + space + "/_refresh", null);
        rest.put("/_plugins/_affinity/trackers/" + space, """
            {"items":{"index":"items-%s","vector_field":"v"},"events":{"index":"events-%s"},"actions":{"click":1}}""".formatted(space, space));
        rest.post("/events-" + space + "/_doc?refresh=true", """
            {"user_id":"ann","action_name":"click","timestamp":"%s","event_attributes":{"object":{"object_id":"3"}}}""".formatted(Instant.now()));
        Instant end = Instant.now().plus(Duration.ofSeconds(30));
        while (rest.find("/_plugins/_affinity/trackers/" + space + "/users/ann").isEmpty()) {
            assertTrue("the click is in no profile: " + rest.get("/_plugins/_affinity/trackers/" + space + "/_stats"), Instant.now().isBefore(end));
            Thread.sleep(200);
        }
    }

    private static List<String> ids(JsonNode answer) {
        List<String> ids = new ArrayList<>();
        answer.path("hits").path("hits").forEach(hit -> ids.add(hit.path("_id").asText()));
        return ids;
    }

    private static JsonNode search(String space, String query) {
        return rest.post("/items-" + space + "/_search", """
            {"query":%s,"explain":true,"rescore":{"window_size":100,"affinity":{"tracker":"%s","user":"ann","weight":5}}}""".formatted(query, space));
    }

    /** Whatever the space, an interest is compared by direction. */
    @Test
    public void knnVectorsAreItemVectors() {
        for (String space : SPACES) {
            JsonNode answer = search(space, "{\"match\":{\"title\":\"lamp\"}}");
            assertEquals(space, "2", ids(answer).getFirst());
            assertEquals(space, 3, ids(answer).size());
            for (JsonNode hit : answer.path("hits").path("hits")) {
                assertEquals(space, hit.path("_explanation").path("value").asDouble(), hit.path("_score").asDouble(), 0);
            }
        }
    }

    @Test
    public void knnQueriesAreRescored() {
        for (String space : SPACES) {
            String query = "{\"knn\":{\"v\":{\"vector\":[1,0.9],\"k\":4}}}";
            JsonNode plain = rest.post("/items-" + space + "/_search", "{\"query\":" + query + "}");
            JsonNode personal = rest.post("/items-" + space + "/_search", """
                {"query":%s,"rescore":{"window_size":100,"affinity":{"tracker":"%s","user":"ann","weight":5}}}""".formatted(query, space));
            assertEquals(space, 4, ids(plain).size());
            assertEquals(space, 4, ids(personal).size());
            assertTrue(space + ids(personal), List.of("2", "3").contains(ids(personal).getFirst()));
            assertThat(personal.path("hits").path("max_score").asDouble(), greaterThan(plain.path("hits").path("max_score").asDouble()));
        }
    }

    /** neural-search rescores the hits of each part of a hybrid query, and normalises what comes out: the best still has about 1. */
    @Test
    public void hybridQueries() {
        rest.put("/_search/pipeline/normal", """
            {"request_processors":[{"affinity":{"tracker":"l2"}}],
             "phase_results_processors":[{"normalization-processor":{}}]}""");
        String query = "{\"hybrid\":{\"queries\":[{\"match\":{\"title\":\"lamp\"}},{\"knn\":{\"v\":{\"vector\":[1,0.1],\"k\":4}}}]}}";
        JsonNode plain = rest.post("/items-l2/_search?search_pipeline=normal", "{\"query\":" + query + "}");
        JsonNode personal = rest.post("/items-l2/_search?search_pipeline=normal", """
            {"query":%s,"ext":{"affinity":{"user":"ann","weight":20}}}""".formatted(query));
        String both = plain.path("hits") + "\n" + personal.path("hits");
        assertEquals(both, ids(plain).size(), ids(personal).size());
        assertEquals(both, List.of("2", "1", "0", "3"), ids(plain).subList(0, 4));
        assertEquals(both, List.of("2", "3"), ids(personal).subList(0, 2));
        assertTrue(both, personal.path("hits").path("max_score").asDouble() <= 1.001);
    }
}
