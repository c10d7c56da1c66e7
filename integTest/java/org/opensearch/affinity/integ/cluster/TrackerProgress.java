package org.opensearch.affinity.integ.cluster;

import com.fasterxml.jackson.databind.JsonNode;

import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * How far a tracker is, as its {@code _stats} say.
 *
 * @param slices   event shards that it follows
 * @param lag      events that it knows of and has not read, over all slices
 * @param applied  events that are in profiles
 * @param shown    events that count for their items alone
 * @param skipped  events that it left out, for whatever reason
 * @param trouble  a slice that does not follow, in its own words; empty when all do
 */
public record TrackerProgress(int slices, long lag, long applied, long shown, long skipped, long users, String trouble) {
    private static final Duration STUCK = Duration.ofMinutes(2);
    private static final Duration LOOK = Duration.ofMillis(200);

    /** Reads the tracker's stats. */
    public static TrackerProgress of(Rest rest, String tracker) {
        JsonNode stats = rest.get("/_plugins/_affinity/trackers/" + tracker + "/_stats");
        JsonNode slices = stats.path("slices");
        long lag = 0;
        String trouble = "";
        for (JsonNode slice : slices) {
            lag += slice.path("lag_events").asLong();
            String state = slice.path("state").asText("following");
            trouble = state.equals("following") ? trouble : slice.toString();
        }
        JsonNode events = stats.path("events");
        return new TrackerProgress(
            slices.size(),
            lag,
            events.path("applied").asLong(),
            events.path("impressions").asLong(),
            events.path("skipped").path("total").asLong(),
            stats.path("users").asLong(),
            trouble
        );
    }

    /**
     * Waits until the tracker is through with a log of so many events.
     *
     * @param seen told of each look at it
     * @throws IOException when it stands still for two minutes
     */
    public static TrackerProgress await(Rest rest, String tracker, long events, Consumer<TrackerProgress> seen) throws IOException {
        long furthest = -1;
        long moved = System.nanoTime();
        while (true) {
            TrackerProgress stats = of(rest, tracker);
            seen.accept(stats);
            if (stats.caughtUp(events)) {
                return stats;
            }
            if (stats.read() > furthest) {
                furthest = stats.read();
                moved = System.nanoTime();
            }
            if (System.nanoTime() - moved > STUCK.toNanos()) {
                throw new IOException("tracker [" + tracker + "] has not moved for " + STUCK.toSeconds() + " s; of " + events + " events: " + stats);
            }
            pause();
        }
    }

    /** Events that it is through with. */
    public long read() {
        return applied + shown + skipped;
    }

    /** Whether it is through with a log of so many events. */
    public boolean caughtUp(long events) {
        return slices > 0 && lag == 0 && read() >= events;
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(LOOK);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for a tracker", e);
        }
    }
}
