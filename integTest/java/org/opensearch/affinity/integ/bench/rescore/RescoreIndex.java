package org.opensearch.affinity.integ.bench.rescore;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.integ.cluster.BulkFeed;
import org.opensearch.affinity.integ.cluster.Pause;
import org.opensearch.affinity.integ.cluster.Rest;
import org.opensearch.affinity.integ.cluster.TrackerProgress;
import org.opensearch.affinity.integ.console.Screen;
import org.opensearch.affinity.integ.console.Step;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The items of a shop in an index, merged into a few segments, and a tracker with the profiles of the shop's users. The index has one
 * shard at first and can be split into several.
 */
final class RescoreIndex {
    private static final int WRITERS = 2;
    private static final int BULK = 500;
    private static final int MOST_SEGMENTS = 4;
    private static final long INTERVAL_MILLIS = 200;
    /** The limit of {@code max_interests}. */
    static final int MOST_INTERESTS = 32;
    /** Weights of actions. */
    static final Map<String, Integer> ACTIONS = Map.of("click", 1, "purchase", 3);
    /** Each vector is stored twice: as affinity_vector, and as doc values of k-NN, which scripts read. */
    private static final List<String> FIELDS = List.of(SearchKind.ITEM_VECTOR, SearchKind.SCRIPT_VECTOR);

    private final Screen screen;
    private final Rest rest;
    private final SyntheticShop shop;

    RescoreIndex(Screen screen, Rest rest, SyntheticShop shop) {
        this.screen = screen;
        this.rest = rest;
        this.shop = shop;
    }

    /** The name of the index with so many shards. */
    String index(int shards) {
        return "items-" + shop.items() + "-" + shards;
    }

    String tracker() {
        return "shop-" + shop.items();
    }

    private String log() {
        return "events-" + shop.items();
    }

    /** Writes all items into one shard and merges it into a few segments, as in a catalogue that is seldom written. */
    void fill() throws IOException {
        // Without vectors in _source: as JSON they would take most of the disk, and no search here reads them.
        rest.put("/" + index(1), """
            {"settings":{"number_of_shards":1,"number_of_replicas":0,"refresh_interval":"-1","translog.durability":"async"},
             "mappings":{"_source":{"includes":["title"],"recovery_source_enabled":false},"properties":{
               "title":{"type":"text","analyzer":"whitespace"},
               "%s":{"type":"affinity_vector","dimension":%d},
               "%s":{"type":"knn_vector","dimension":%d}}}}""".formatted(
            SearchKind.ITEM_VECTOR, SyntheticShop.DIMENSION, SearchKind.SCRIPT_VECTOR, SyntheticShop.DIMENSION));
        try (Step step = screen.step("Indexing")) {
            write(step);
            step.now("merging");
            merge(index(1), "max_num_segments=" + MOST_SEGMENTS);
            step.done(String.format(Locale.ROOT, "%,d documents in %d segments", shop.items(), segments(1)));
        }
    }

    /** Splits the index into several shards. A new shard holds all documents; merging it into one segment drops those of others. */
    void split(int shards) throws IOException {
        try (Step step = screen.step("Splitting")) {
            rest.put("/" + index(1) + "/_settings", "{\"index.blocks.write\":true}");
            rest.put("/" + index(1) + "/_split/" + index(shards), """
                {"settings":{"index.number_of_shards":%d,"index.number_of_replicas":0,"index.blocks.write":null}}""".formatted(shards));
            while (rest.get("/_cluster/health/" + index(shards) + "?wait_for_status=green&timeout=30s&level=cluster").path("timed_out")
                .asBoolean()) {
                step.now("waiting for shards");
            }
            step.now("merging");
            merge(index(shards), "max_num_segments=1");
            JsonNode documents = rest.get("/" + index(shards) + "/_stats/docs").path("_all").path("primaries").path("docs");
            if (documents.path("count").asInt() != shop.items() || documents.path("deleted").asInt() > 0) {
                throw new IOException(index(shards) + " has the wrong documents after the split: " + documents);
            }
            step.done(String.format(Locale.ROOT, "%,d documents in %d shards, %d segments", shop.items(), shards, segments(shards)));
        }
    }

    /** Merges and flushes, so that other processes can open the files. */
    private void merge(String index, String how) throws IOException {
        await(rest.post("/" + index + "/_forcemerge?" + how + "&wait_for_completion=false", null).path("task").asText());
        rest.post("/" + index + "/_refresh", null);
        rest.post("/" + index + "/_flush", null);
    }

    private void write(Step step) throws IOException {
        AtomicLong written = new AtomicLong();
        try (ExecutorService writers = Executors.newFixedThreadPool(WRITERS)) {
            List<Future<?>> shares = new ArrayList<>();
            for (int writer = 0; writer < WRITERS; writer++) {
                int from = writer;
                shares.add(writers.submit(() -> {
                    AtomicLong own = new AtomicLong();
                    new BulkFeed(rest, index(1), BULK).send(
                        shop.items(from, WRITERS, FIELDS),
                        done -> step.at(written.addAndGet(done - own.getAndSet(done)), shop.items(), "documents")
                    );
                }));
            }
            for (Future<?> share : shares) {
                share.get();
            }
        } catch (ExecutionException e) {
            throw new IOException("the index was not filled: " + e.getCause().getMessage(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private void await(String task) throws IOException {
        while (true) {
            JsonNode state = rest.get("/_tasks/" + task);
            if (state.path("completed").asBoolean()) {
                if (state.has("error")) {
                    throw new IOException("merging failed: " + state.path("error"));
                }
                return;
            }
            Pause.millis(INTERVAL_MILLIS);
        }
    }

    /** Number of segments of all shards. */
    int segments(int shards) {
        return rest.get("/" + index(shards) + "/_stats/segments").path("_all").path("primaries").path("segments").path("count").asInt();
    }

    /** The folder of the first shard's files, below a node's data folder. */
    Path files(Path data, int shards) {
        String uuid = rest.get("/" + index(shards) + "/_settings").path(index(shards)).path("settings").path("index").path("uuid").asText();
        return data.resolve("nodes/0/indices").resolve(uuid).resolve("0/index");
    }

    String trackerDefinition() {
        ObjectNode definition = Rest.JSON.createObjectNode();
        definition.putObject("items").put("index", index(1)).put("vector_field", SearchKind.ITEM_VECTOR);
        definition.putObject("events").put("index", log());
        definition.put("max_interests", MOST_INTERESTS);
        ACTIONS.forEach(definition.putObject("actions")::put);
        // Searches use the model only if they ask for it.
        definition.putObject("ranking").putObject("signals").put("neighbours", 0);
        return definition.toString();
    }

    /** Writes a log, lets a tracker build the profiles and checks the number of their interests. */
    void track() throws IOException {
        rest.put("/" + log(), """
            {"settings":{"number_of_shards":1,"number_of_replicas":0},
             "mappings":{"properties":{"user_id":{"type":"keyword"},"action_name":{"type":"keyword"},"timestamp":{"type":"date"}}}}""");
        rest.put("/_plugins/_affinity/trackers/" + tracker(), trackerDefinition());
        try (Step step = screen.step("Tracking")) {
            long events = new BulkFeed(rest, log(), BULK).send(shop.log(), done -> {});
            TrackerProgress progress = TrackerProgress.await(rest, tracker(), events, seen -> step.at(seen.read(), events, "events"));
            for (Shopper shopper : shop.shoppers()) {
                JsonNode interests = rest.get("/_plugins/_affinity/trackers/" + tracker() + "/users/" + shopper.user()).path("interests");
                if (interests.size() != shopper.interests()) {
                    throw new IOException(shopper.user() + " has " + interests.size() + " interests: " + progress);
                }
            }
            step.done(shop.shoppers().size() + " users with " + shop.interests() + " interests, from " + events + " events");
        }
    }

    /** Trains and activates a model from the log. */
    void train() throws IOException {
        try (Step step = screen.step("Training")) {
            rest.post("/" + log() + "/_refresh", null);
            String path = "/_plugins/_affinity/trackers/" + tracker() + "/models?wait_for_completion=true";
            JsonNode model = rest.post(path, "{\"activate\":true,\"parts\":[\"graph\",\"factors\",\"attention\",\"vae\"],"
                + "\"settings\":{\"attention\":{\"epochs\":2},\"vae\":{\"epochs\":2}}}").path("models").path(0);
            step.done(String.format(Locale.ROOT, "a model of %,d items from %,d events", model.path("items").asInt(),
                model.path("events").asInt()));
        }
    }

    /** Deletes index, log and tracker. */
    void drop() {
        rest.delete("/_plugins/_affinity/trackers/" + tracker());
        rest.delete("/" + log());
        rest.delete("/items-" + shop.items() + "-*");
    }
}
