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
import org.opensearch.affinity.integ.data.BadItem;
import org.opensearch.affinity.integ.data.CosineSimilarity;
import org.opensearch.affinity.integ.data.GeneratedTitles;
import org.opensearch.affinity.integ.data.MixedItem;
import org.opensearch.affinity.integ.data.NodeVectors;

import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotNull;
import static org.junit.Assert.assertNull;

/** One bulk request of ten thousand documents, one of a hundred of them bad. */
public class EncodeBulkIT {
    private static final int ITEMS = 10_000;
    /** The bulk takes 20 s of two cores; others may want them too. */
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    /** One of so many is encoded once more, alone among others. */
    private static final int SAMPLE = 20;
    /** The bulk's batches are not those of the comparison: sums in another order differ in the last digits. */
    private static final double SAME = 0.9999;

    private static Node node;
    private static Rest rest;

    /** With a cache for all: every document is compared with what was encoded for its text, wherever in the bulk it stood. */
    @BeforeClass
    public static void startNode() throws IOException {
        int port = Ports.free(1).getFirst();
        node = Node.start(
            BuiltPlugin.home(),
            NodeSettings.single(BuiltPlugin.folder(EncodeBulkIT.class), port, "512m", NodeSettings.QUICK),
            waited -> {}
        );
        rest = node.rest().patient(PATIENCE);
        cache("64mb");
    }

    @AfterClass
    public static void stopNode() {
        if (node != null) {
            node.close();
        }
    }

    private static void cache(String size) {
        rest.put("/_cluster/settings", "{\"persistent\": {\"affinity.encode.cache.size\": \"" + size + "\"}}");
    }

    @Test
    public void exactlyTheBadOnesFail() throws IOException {
        rest.put("/_ingest/pipeline/encode", """
            {"processors": [{"affinity_encode": {"target": "item_vector",
              "combine": [{"field": "title", "weight": %s}, {"vector_field": "image"}]}}]}""".formatted(MixedItem.TITLE_WEIGHT));
        rest.put("/items", """
            {"settings": {"index.default_pipeline": "encode"},
             "mappings": {"dynamic": "strict", "properties": {
               "number": {"type": "integer"}, "title": {"type": "text"}, "price": {"type": "float"},
               "image": {"type": "affinity_vector", "dimension": 384}, "item_vector": {"type": "affinity_vector", "dimension": 384}}}}""");
        GeneratedTitles titles = GeneratedTitles.ofSampleShop();
        List<MixedItem> items = IntStream.range(0, ITEMS).mapToObj(number -> MixedItem.of(number, titles)).toList();

        JsonNode answers = rest.lines("/items/_bulk", lines(items)).path("items");
        assertEquals(ITEMS, answers.size());
        Map<BadItem, Integer> failed = new EnumMap<>(BadItem.class);
        for (MixedItem item : items) {
            JsonNode answer = answers.path(item.number()).path("index");
            assertEquals("answers in the order of the documents", Integer.toString(item.number()), answer.path("_id").asText());
            if (item.bad() == null) {
                assertEquals(answer.toString(), 201, answer.path("status").asInt());
            } else {
                assertEquals(item.bad() + ": " + answer, 400, answer.path("status").asInt());
                assertThat(item.bad().toString(), answer.path("error").toString(), containsString("[" + item.bad().field() + "]"));
                failed.merge(item.bad(), 1, Integer::sum);
            }
        }
        assertEquals(ITEMS / MixedItem.BLOCK, failed.values().stream().mapToInt(Integer::intValue).sum());
        assertEquals("every kind of bad item", BadItem.values().length, failed.size());
        assertNothingLeft(items.stream().filter(item -> item.text() != null).count());
        assertRightVectors(items, 1);
        cache("0b");
        assertRightVectors(items, SAMPLE);
    }

    private static String lines(List<MixedItem> items) {
        StringBuilder lines = new StringBuilder();
        for (MixedItem item : items) {
            lines.append("{\"index\":{\"_id\":\"").append(item.number()).append("\"}}\n").append(item.source()).append('\n');
        }
        return lines.toString();
    }

    private static void assertNothingLeft(long texts) {
        JsonNode stats = rest.get("/_plugins/_affinity/stats").path("nodes").iterator().next().path("encode");
        assertThat(stats.path("texts").asLong(), greaterThanOrEqualTo(texts));
        String[] empty = { "/queue/item_texts", "/queue/query_texts", "/queue/bytes", "/breaker/estimated_in_bytes", "/rejected", "/failures" };
        for (String zero : empty) {
            assertEquals(zero + " of " + stats, "0", stats.at(zero).asText());
        }
    }

    /** @param step 1 for every item, n for each n-th */
    private static void assertRightVectors(List<MixedItem> items, int step) {
        NodeVectors vectors = new NodeVectors(rest);
        Map<String, float[]> stored = vectors.stored("items", "item_vector", "number");
        assertEquals(ITEMS - ITEMS / MixedItem.BLOCK, stored.size());
        List<MixedItem> good = items.stream().filter(item -> item.bad() == null && (item.number() / 7) % step == 0).toList();
        Iterator<float[]> encoded = vectors.encoded(good.stream().map(MixedItem::text).filter(Objects::nonNull).toList()).iterator();
        for (MixedItem item : good) {
            float[] expected = item.direction(item.text() == null ? null : encoded.next());
            float[] actual = stored.get(Integer.toString(item.number()));
            if (expected == null) {
                assertNull(item.source().toString(), actual);
            } else {
                assertNotNull(item.source().toString(), actual);
                assertThat(item.source().toString(), CosineSimilarity.of(expected, actual), greaterThan(SAME));
            }
        }
    }
}
