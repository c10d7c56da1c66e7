package org.opensearch.affinity.integ.it;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.opensearch.affinity.integ.cluster.BuiltPlugin;
import org.opensearch.affinity.integ.cluster.Node;
import org.opensearch.affinity.integ.cluster.NodeSettings;
import org.opensearch.affinity.integ.cluster.Ports;
import org.opensearch.affinity.integ.cluster.Rest;
import org.opensearch.affinity.integ.cluster.RestFailure;
import org.opensearch.affinity.integ.data.CosineSimilarity;
import org.opensearch.affinity.integ.data.GeneratedTitles;
import org.opensearch.affinity.integ.data.NodeVectors;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.in;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;

/** Power cuts while documents are encoded: {@code -Daffinity.kills=N} for more of them. */
public class EncodeCrashIT {
    private static final int KILLS = Integer.getInteger("affinity.kills", 3);
    private static final int SENDERS = 4;
    private static final int BULK = 20;
    /** Written before a kill, anew each time. */
    private static final int KILL_AFTER = 400;
    private static final double SAME = 0.9999;

    private final Set<Integer> sent = ConcurrentHashMap.newKeySet();
    private final Set<Integer> acknowledged = ConcurrentHashMap.newKeySet();
    private final AtomicInteger next = new AtomicInteger();
    private GeneratedTitles titles;
    private Node node;
    private Rest rest;

    @Before
    public void startNode() throws IOException {
        titles = GeneratedTitles.ofSampleShop();
        int port = Ports.free(1).getFirst();
        NodeSettings settings = NodeSettings.single(BuiltPlugin.folder(EncodeCrashIT.class), port, "512m", NodeSettings.QUICK);
        node = Node.start(BuiltPlugin.home(), settings, waited -> {});
        rest = node.rest();
    }

    @After
    public void stopNode() {
        if (node != null) {
            node.close();
        }
    }

    @Test
    public void whatWasAcknowledgedIsThereWithItsVector() throws Exception {
        rest.put("/_ingest/pipeline/encode", """
            {"processors": [{"affinity_encode": {"fields": ["title"], "target": "item_vector"}}]}""");
        rest.put("/items", """
            {"settings": {"index.default_pipeline": "encode", "index.translog.durability": "request", "index.number_of_replicas": 0},
             "mappings": {"properties": {
               "number": {"type": "integer"}, "title": {"type": "text"}, "item_vector": {"type": "affinity_vector", "dimension": 384}}}}""");
        for (int kill = 1; kill <= KILLS; kill++) {
            killAmidEncoding();
            Set<Integer> unanswered = new HashSet<>(sent);
            unanswered.removeAll(acknowledged);
            assertThat("documents on their way at kill " + kill, unanswered.size(), greaterThan(0));
            node.restart(waited -> {});
            rest.get("/_cluster/health?wait_for_status=green&timeout=60s");
            assertAllThere(acknowledged);
            List<Integer> again = List.copyOf(unanswered);
            for (int from = 0; from < again.size(); from += BULK) {
                // 409: it was written, and only the answer was lost.
                send(again.subList(from, Math.min(from + BULK, again.size())), List.of(201, 409));
            }
            assertEquals(sent, acknowledged);
        }
        assertAllThere(sent);
        assertEquals(sent.size(), rest.get("/items/_count").path("count").asInt());
    }

    /** Returns when the node is gone and all senders have noticed. */
    private void killAmidEncoding() throws Exception {
        int before = acknowledged.size();
        Executor threads = task -> new Thread(task, "sender").start();
        List<CompletableFuture<Void>> senders = IntStream.range(0, SENDERS)
            .mapToObj(i -> CompletableFuture.runAsync(this::sendUntilGone, threads))
            .toList();
        while (acknowledged.size() < before + KILL_AFTER || encoding() == false) {
            Thread.sleep(10);
            for (CompletableFuture<Void> sender : senders) {
                if (sender.isDone()) {
                    sender.join();
                    throw new AssertionError("the node was gone before the kill");
                }
            }
        }
        node.kill();
        senders.forEach(CompletableFuture::join);
    }

    private boolean encoding() {
        JsonNode stats = rest.get("/_plugins/_affinity/stats").path("nodes").iterator().next();
        return stats.at("/encode/breaker/estimated_in_bytes").asLong() > 0;
    }

    private void sendUntilGone() {
        while (true) {
            int first = next.getAndAdd(BULK);
            try {
                send(IntStream.range(first, first + BULK).boxed().toList(), List.of(201));
            } catch (RestFailure e) {
                if (e.status() == 0) {
                    return;
                }
                throw e;
            }
        }
    }

    /** Creates documents of these numbers, each of which must be answered with one of these statuses. */
    private void send(List<Integer> numbers, List<Integer> statuses) {
        StringBuilder bulk = new StringBuilder();
        for (int number : numbers) {
            bulk.append("{\"create\":{\"_id\":\"").append(number).append("\"}}\n");
            bulk.append(Rest.JSON.createObjectNode().put("number", number).put("title", titles.title(number))).append('\n');
        }
        sent.addAll(numbers);
        JsonNode items = rest.lines("/items/_bulk", bulk.toString()).path("items");
        assertEquals(numbers.size(), items.size());
        for (JsonNode item : items) {
            JsonNode created = item.path("create");
            assertThat(item.toString(), created.path("status").asInt(), in(statuses));
            acknowledged.add(created.path("_id").asInt());
        }
    }

    /** The node's cache went with its process: what the vectors are compared with is encoded anew. */
    private void assertAllThere(Set<Integer> numbers) {
        NodeVectors vectors = new NodeVectors(rest);
        Map<String, float[]> stored = vectors.stored("items", "item_vector", "number");
        List<Integer> wanted = new ArrayList<>(numbers);
        List<float[]> encoded = vectors.encoded(wanted.stream().map(titles::title).toList());
        for (int i = 0; i < wanted.size(); i++) {
            float[] vector = stored.get(wanted.get(i).toString());
            assertNotNull("document " + wanted.get(i) + " or its vector is gone", vector);
            assertThat("document " + wanted.get(i), CosineSimilarity.of(encoded.get(i), vector), greaterThan(SAME));
        }
    }
}
