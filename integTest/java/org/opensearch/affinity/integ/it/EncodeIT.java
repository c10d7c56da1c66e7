package org.opensearch.affinity.integ.it;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;
import org.opensearch.affinity.integ.cluster.BuiltPlugin;
import org.opensearch.affinity.integ.cluster.Node;
import org.opensearch.affinity.integ.cluster.NodeSettings;
import org.opensearch.affinity.integ.cluster.Ports;
import org.opensearch.affinity.integ.cluster.Rest;
import org.opensearch.affinity.integ.cluster.RestFailure;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

/** The calls to the encoder, on a node with the model that the plugin brings and a short queue. */
public class EncodeIT {
    private static final String MODEL = "all-minilm-l6-v2";
    private static final int QUEUE = 40;

    private static Node node;
    private static Rest rest;

    @BeforeClass
    public static void startNode() throws IOException {
        Path folder = BuiltPlugin.folder(EncodeIT.class).resolve("node");
        NodeSettings plain = NodeSettings.single(folder, Ports.free(1).getFirst(), "512m", NodeSettings.QUICK);
        Map<String, String> more = new HashMap<>(plain.more());
        more.put("thread_pool.affinity_encode.size", "1");
        more.put("thread_pool.affinity_encode.queue_size", Integer.toString(QUEUE));
        NodeSettings settings = new NodeSettings("node-1", folder, plain.httpPort(), plain.transportPort(), "512m", plain.options(), more, false);
        node = Node.start(BuiltPlugin.home(), settings, waited -> {});
        rest = node.rest();
        encode("\"warm up\"");
    }

    @AfterClass
    public static void stopNode() {
        if (node != null) {
            node.close();
        }
    }

    private static JsonNode encode(String texts) {
        return rest.post("/_plugins/_affinity/_encode", "{\"texts\":[" + texts + "]}");
    }

    private static JsonNode stats() {
        JsonNode nodes = rest.get("/_plugins/_affinity/stats").path("nodes");
        assertEquals(1, nodes.size());
        return nodes.iterator().next().path("encode");
    }

    private static double cosine(JsonNode a, JsonNode b) {
        return IntStream.range(0, a.size()).mapToDouble(i -> a.get(i).asDouble() * b.get(i).asDouble()).sum();
    }

    @Test
    public void vectorsMeanSomethingAndAreRemembered() {
        String texts = "\"a lamp for the tent\", \"light for camping\", \"office chair\"";
        JsonNode answer = encode(texts);
        assertEquals(MODEL, answer.path("model").asText());
        assertEquals(384, answer.path("dimension").asInt());
        JsonNode vectors = answer.path("vectors");
        assertEquals(3, vectors.size());
        assertEquals(1, cosine(vectors.get(0), vectors.get(0)), 1e-5);
        assertThat(cosine(vectors.get(0), vectors.get(1)), greaterThan(cosine(vectors.get(0), vectors.get(2)) + 0.2));
        long encoded = stats().path("texts").asLong();
        long hits = stats().path("cache").path("hits").asLong();
        assertEquals(vectors, encode(texts).path("vectors"));
        assertEquals(encoded, stats().path("texts").asLong());
        assertEquals(hits + 3, stats().path("cache").path("hits").asLong());
    }

    @Test
    public void whatANodeHasAndDoesIsShown() {
        JsonNode models = rest.get("/_plugins/_affinity/models");
        assertEquals(MODEL, models.path("models").get(0).asText());
        assertEquals(0, models.path("different_between_nodes").size());
        JsonNode here = models.path("nodes").iterator().next();
        assertEquals(0, here.path("missing").size());
        assertEquals(64, here.path("models").get(0).path("model_sha256").asText().length());
        JsonNode stats = stats();
        assertEquals("cpu", stats.path("device").asText());
        assertThat(stats.path("tokens_per_second").asLong(), greaterThan(0L));
        assertThat(stats.path("padded_tokens").asLong(), greaterThan(0L));
        JsonNode breaker = rest.get("/_nodes/stats/breaker").path("nodes").iterator().next().path("breakers").path("affinity_encode");
        assertEquals(stats.path("breaker").path("limit_in_bytes").asLong(), breaker.path("limit_size_in_bytes").asLong());
    }

    @Test
    public void wrongRequestsSayWhatIsRight() {
        RestFailure e = assertThrows(RestFailure.class, () -> encode("7"));
        assertEquals(400, e.status());
        assertThat(e.brief(), containsString("[_encode] [texts[0]] must be a string, got [7]"));
        e = assertThrows(RestFailure.class, () -> rest.post("/_plugins/_affinity/_encode", "{\"texts\":[\"a\"],\"model\":\"minilm\"}"));
        assertEquals(400, e.status());
        assertThat(e.brief(), containsString("unknown model [minilm]; available: ["));
        e = assertThrows(RestFailure.class, () -> rest.post("/_plugins/_affinity/_encode", null));
        assertEquals(400, e.status());
    }

    /** At ingest and by a call alike; texts that fit the model are what they are without. */
    @Test
    public void longTextsInChunks() {
        String text = "a tent for two people. ".repeat(60) + "a warm sleeping bag. ".repeat(60);
        JsonNode whole = chunks("\"" + text + "\", \"a tent\"").path("vectors");
        JsonNode cut = encode("\"" + text + "\", \"a tent\", \"a sleeping bag\"").path("vectors");
        assertEquals(1, cosine(whole.get(0), whole.get(0)), 1e-5);
        assertEquals(1, cosine(cut.get(1), whole.get(1)), 1e-5);
        assertThat(cosine(whole.get(0), cut.get(2)), greaterThan(cosine(cut.get(0), cut.get(2)) + 0.1));
        rest.put("/_ingest/pipeline/chunks", """
            {"processors":[{"affinity_encode":{"fields":["title"],"target":"v","pooling":"chunks","max_chunks":4}}]}""");
        JsonNode simulated = rest.post("/_ingest/pipeline/chunks/_simulate", "{\"docs\":[{\"_source\":{\"title\":\"" + text + "\"}}]}");
        JsonNode vector = simulated.path("docs").get(0).path("doc").path("_source").path("v");
        assertEquals(1, cosine(whole.get(0), vector), 1e-5);
        RestFailure e = assertThrows(RestFailure.class, () -> rest.put("/_ingest/pipeline/wrong", """
            {"processors":[{"affinity_encode":{"fields":["title"],"target":"v","max_chunks":4}}]}"""));
        assertEquals(400, e.status());
        assertThat(e.brief(), containsString("[max_chunks] is [4], which needs [pooling] to be [chunks]"));
    }

    private static JsonNode chunks(String texts) {
        return rest.post("/_plugins/_affinity/_encode", "{\"pooling\":\"chunks\",\"texts\":[" + texts + "]}");
    }

    /** Documents that did not fit can be sent again; those that fitted are there, and nothing is left behind. */
    @Test
    public void fullQueueIsTooManyRequestsForDocuments() throws Exception {
        rest.put("/_ingest/pipeline/encode", "{\"processors\":[{\"affinity_encode\":{\"fields\":[\"title\"],\"target\":\"v\"}}]}");
        rest.put("/items", """
            {"settings":{"index.default_pipeline":"encode"},
             "mappings":{"properties":{"v":{"type":"affinity_vector","dimension":384}}}}""");
        List<CompletableFuture<JsonNode>> bulks = new ArrayList<>();
        String words = "words that make a title long enough to take a while ".repeat(8);
        for (int i = 0; i < 12; i++) {
            StringBuilder bulk = new StringBuilder();
            for (int j = 0; j < 30; j++) {
                bulk.append("{\"index\":{}}\n{\"title\":\"").append(i * 100 + j).append(' ').append(words).append("\"}\n");
            }
            bulks.add(CompletableFuture.supplyAsync(() -> rest.lines("/items/_bulk", bulk.toString())));
        }
        int created = 0;
        int refused = 0;
        for (CompletableFuture<JsonNode> bulk : bulks) {
            for (JsonNode item : bulk.join().path("items")) {
                int status = item.path("index").path("status").asInt();
                if (status == 429) {
                    refused++;
                    assertThat(item.toString(), containsString("try again in about ["));
                } else {
                    assertEquals(item.toString(), 201, status);
                    created++;
                }
            }
        }
        assertEquals(360, created + refused);
        assertThat(created, greaterThan(0));
        JsonNode stats = stats();
        assertEquals(refused, 30 * stats.path("rejected").asInt());
        assertEquals(0, stats.path("breaker").path("estimated_in_bytes").asInt());
        rest.post("/items/_refresh", null);
        assertEquals(created, rest.get("/items/_count").path("count").asInt());
        assertTrue(refused + " of 360 refused", refused > 0);
    }
}
