package org.opensearch.affinity.integ;

import com.fasterxml.jackson.databind.JsonNode;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/** An index of one shard with the items of a shop, and a tracker with its shoppers' profiles. */
final class RankShard {
    private static final int WRITERS = 2;
    private static final int BULK = 500;
    private static final int MOST_SEGMENTS = 4;
    private static final long LOOK_MILLIS = 200;
    /** The same vectors twice: as ours, flat, and as doc values of k-NN, which scripts read. */
    private static final List<String> FIELDS = List.of(SearchKind.ITEM_VECTOR, SearchKind.SCRIPT_VECTOR);

    private final Screen screen;
    private final Rest rest;
    private final VectorShop shop;

    RankShard(Screen screen, Rest rest, VectorShop shop) {
        this.screen = screen;
        this.rest = rest;
        this.shop = shop;
    }

    String index() {
        return "items-" + shop.items();
    }

    String tracker() {
        return "rank-" + shop.items();
    }

    private String log() {
        return "events-" + shop.items();
    }

    /** Writes all items and merges them into a few segments, as a catalogue that is seldom written ends up. */
    void fill() throws IOException {
        // No vectors in _source: as JSON they would be most of the disk, and no search here asks for them.
        rest.put("/" + index(), """
            {"settings":{"number_of_shards":1,"number_of_replicas":0,"refresh_interval":"-1","translog.durability":"async"},
             "mappings":{"_source":{"includes":["title"],"recovery_source_enabled":false},"properties":{
               "title":{"type":"text","analyzer":"whitespace"},
               "%s":{"type":"affinity_vector","dimension":%d},
               "%s":{"type":"knn_vector","dimension":%d}}}}""".formatted(
            SearchKind.ITEM_VECTOR, VectorShop.DIMENSION, SearchKind.SCRIPT_VECTOR, VectorShop.DIMENSION));
        try (Step step = screen.step("Indexing")) {
            write(step);
            step.now("merging");
            await(rest.post("/" + index() + "/_forcemerge?max_num_segments=" + MOST_SEGMENTS + "&wait_for_completion=false", null).path("task").asText());
            rest.post("/" + index() + "/_refresh", null);
            step.done(String.format(Locale.ROOT, "%,d documents in %d segments", shop.items(), segments()));
        }
    }

    private void write(Step step) throws IOException {
        AtomicLong written = new AtomicLong();
        try (ExecutorService writers = Executors.newFixedThreadPool(WRITERS)) {
            List<Future<?>> shares = new ArrayList<>();
            for (int writer = 0; writer < WRITERS; writer++) {
                int from = writer;
                shares.add(writers.submit(() -> {
                    AtomicLong mine = new AtomicLong();
                    new BulkFeed(rest, index(), BULK).send(
                        shop.items(from, WRITERS, FIELDS),
                        done -> step.at(written.addAndGet(done - mine.getAndSet(done)), shop.items(), "documents")
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
            try {
                Thread.sleep(LOOK_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
        }
    }

    int segments() {
        return rest.get("/" + index() + "/_stats/segments").path("_all").path("primaries").path("segments").path("count").asInt();
    }

    /** Lets a tracker make the profiles out of a log, and looks whether they are what they should be. */
    void track() throws IOException {
        rest.put("/" + log(), """
            {"settings":{"number_of_shards":1,"number_of_replicas":0},
             "mappings":{"properties":{"user_id":{"type":"keyword"},"action_name":{"type":"keyword"},"timestamp":{"type":"date"}}}}""");
        rest.put("/_plugins/_affinity/trackers/" + tracker(), """
            {"items":{"index":"%s","vector_field":"%s"},"events":{"index":"%s"},"actions":{"click":1,"purchase":3}}""".formatted(
            index(), SearchKind.ITEM_VECTOR, log()));
        try (Step step = screen.step("Tracking")) {
            long events = new BulkFeed(rest, log(), BULK).send(shop.log(), done -> {});
            TrackerStats stats = TrackerStats.await(rest, tracker(), events, seen -> step.at(seen.read(), events, "events"));
            for (int user = 0; user < VectorShop.USERS; user++) {
                JsonNode interests = rest.get("/_plugins/_affinity/trackers/" + tracker() + "/users/" + VectorShop.user(user)).path("interests");
                if (interests.size() != VectorShop.INTERESTS) {
                    throw new IOException(VectorShop.user(user) + " has " + interests.size() + " interests: " + stats);
                }
            }
            step.done(VectorShop.USERS + " users with " + VectorShop.INTERESTS + " interests each, of " + events + " events");
        }
    }

    /** Leaves the disk to the next one. */
    void drop() {
        rest.delete("/_plugins/_affinity/trackers/" + tracker());
        rest.delete("/" + log());
        rest.delete("/" + index());
    }
}
