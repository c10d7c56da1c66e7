package org.opensearch.affinity.integ.cluster;

import com.fasterxml.jackson.databind.JsonNode;

import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Progress of a tracker, from its {@code _stats}.
 *
 * @param shards      number of event shards that it follows
 * @param lag         events of all shards that it has not read yet
 * @param applied     events that were applied to profiles
 * @param impressions events that count for their items only
 * @param skipped     events that were skipped, for any reason
 * @param users       number of profiles
 * @param failure     the stats of a shard that is not followed; empty when all are
 */
public record TrackerProgress(int shards, long lag, long applied, long impressions, long skipped, long users, String failure) {
    private static final Duration LONGEST_STANDSTILL = Duration.ofMinutes(2);
    private static final Duration INTERVAL = Duration.ofMillis(200);

    /** Fetches the tracker's stats. */
    public static TrackerProgress of(Rest rest, String tracker) {
        JsonNode stats = rest.get("/_plugins/_affinity/trackers/" + tracker + "/_stats");
        JsonNode shards = stats.path("slices");
        long lag = 0;
        String failure = "";
        for (JsonNode shard : shards) {
            lag += shard.path("lag_events").asLong();
            String state = shard.path("state").asText("following");
            failure = state.equals("following") ? failure : shard.toString();
        }
        JsonNode events = stats.path("events");
        return new TrackerProgress(
            shards.size(),
            lag,
            events.path("applied").asLong(),
            events.path("impressions").asLong(),
            events.path("skipped").path("total").asLong(),
            stats.path("users").asLong(),
            failure
        );
    }

    /**
     * Waits until the tracker has processed a number of events.
     *
     * @param listener receives each state that was fetched
     * @throws IOException when there is no progress for two minutes
     */
    public static TrackerProgress await(Rest rest, String tracker, long events, Consumer<TrackerProgress> listener) throws IOException {
        long furthest = -1;
        long moved = System.nanoTime();
        while (true) {
            TrackerProgress stats = of(rest, tracker);
            listener.accept(stats);
            if (stats.caughtUp(events)) {
                return stats;
            }
            if (stats.read() > furthest) {
                furthest = stats.read();
                moved = System.nanoTime();
            }
            if (System.nanoTime() - moved > LONGEST_STANDSTILL.toNanos()) {
                throw new IOException("tracker [" + tracker + "] has made no progress for " + LONGEST_STANDSTILL.toSeconds()
                    + " s; events: " + events + "; stats: " + stats);
            }
            Pause.millis(INTERVAL.toMillis());
        }
    }

    /** Number of processed events. */
    public long read() {
        return applied + impressions + skipped;
    }

    /** Whether all events of a log were processed. */
    public boolean caughtUp(long events) {
        return shards > 0 && lag == 0 && read() >= events;
    }
}
