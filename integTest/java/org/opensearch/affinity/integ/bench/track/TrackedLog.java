package org.opensearch.affinity.integ.bench.track;

import com.fasterxml.jackson.databind.JsonNode;
import org.opensearch.affinity.integ.cluster.Pause;
import org.opensearch.affinity.integ.cluster.Rest;
import org.opensearch.affinity.integ.cluster.TrackerProgress;

import java.io.IOException;
import java.util.function.Consumer;

/**
 * A log of one shard and its tracker, with the same name.
 *
 * @param items index of the items
 */
record TrackedLog(Rest rest, String name, String items) {
    private static final long INTERVAL_MILLIS = 5_000;
    private static final double TIMEOUT_SECONDS = 120;

    /** Creates the index of the log. */
    void open() {
        rest.put("/" + name, """
            {"settings":{"number_of_shards":1,"number_of_replicas":0},
             "mappings":{"dynamic":false,"properties":{
               "application":{"type":"keyword"},"action_name":{"type":"keyword"},"user_id":{"type":"keyword"},
               "client_id":{"type":"keyword"},"session_id":{"type":"keyword"},"timestamp":{"type":"date"},
               "event_attributes":{"properties":{"object":{"properties":{"object_id":{"type":"keyword"}}}}}}}}""");
    }

    /** Defines the tracker, which begins to follow the log. */
    void track() {
        rest.put("/_plugins/_affinity/trackers/" + name, """
            {"items":{"index":"%s","vector_field":"%s"},"events":{"index":"%s"},
             "actions":{"view":1,"add_to_cart":2,"purchase":3}}""".formatted(items, ClusteredItems.VECTOR, name));
    }

    LogFeed feed() {
        return new LogFeed(rest, name);
    }

    /** Waits until the tracker has processed so many events. */
    TrackerProgress await(long events, Consumer<TrackerProgress> listener) throws IOException {
        return TrackerProgress.await(rest, name, events, listener);
    }

    /** Waits until the tracker follows the log. */
    void awaitFollowing() throws IOException {
        await(0, progress -> {});
    }

    JsonNode profile(String user) {
        return rest.get("/_plugins/_affinity/trackers/" + name + "/users/" + user);
    }

    /**
     * Returns the mean size of a profile on disk in bytes. Merges the index into one segment first and waits until it has no overwritten
     * profiles: these are kept for recovery until leases are renewed, half a minute after the last write.
     *
     * @throws IOException when they are still kept after two minutes
     */
    double bytesPerProfile() throws IOException {
        long begin = System.nanoTime();
        while (true) {
            rest.post(profiles() + "/_flush?force=true&wait_if_ongoing=true", null);
            rest.post(profiles() + "/_forcemerge?max_num_segments=1", null);
            rest.post(profiles() + "/_refresh", null);
            JsonNode primaries = rest.get(profiles() + "/_stats/store,docs").path("_all").path("primaries");
            JsonNode docs = primaries.path("docs");
            if (docs.path("deleted").asLong() == 0) {
                // One document is the tracker's progress.
                return primaries.path("store").path("size_in_bytes").asDouble() / (docs.path("count").asLong() - 1);
            }
            if ((System.nanoTime() - begin) / 1e9 > TIMEOUT_SECONDS) {
                throw new IOException("[" + name + "] still has overwritten profiles: " + docs);
            }
            Pause.millis(INTERVAL_MILLIS);
        }
    }

    /** The tracker's stats, after a refresh of its index. */
    TrackerProgress stats() {
        rest.post(profiles() + "/_refresh", null);
        return TrackerProgress.of(rest, name);
    }

    private String profiles() {
        return "/.affinity-interests-" + name + ".1";
    }

    void drop() {
        rest.delete("/_plugins/_affinity/trackers/" + name);
        rest.delete("/" + name);
    }
}
