package org.opensearch.affinity.integ.bench.track;

import com.fasterxml.jackson.databind.JsonNode;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A log whose users all have four interests and a full history: each acts on items of four clusters in turn, every few hours.
 *
 * @param clusters number of clusters of the items, see {@link ClusteredItems}
 */
record FourInterestLog(int clusters) {
    static final String LOG = "four-tastes";
    static final int USERS = 2_000;
    static final int INTERESTS = 4;
    static final int EVENTS = 50;
    private static final long BEGIN = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();
    private static final long BETWEEN = Duration.ofMinutes(437).toMillis();

    /** The first events of all users, then their second ones, and so on. */
    Stream<String> events() {
        return IntStream.range(0, USERS * EVENTS).mapToObj(i -> {
            int user = i % USERS;
            int number = i / USERS;
            int cluster = (user + number % INTERESTS * clusters / INTERESTS) % clusters;
            int rank = number / INTERESTS + user % 3;
            return GeneratedLog.event("user-" + user, "view", "item-" + (rank * clusters + cluster), BEGIN + BETWEEN * number + 37L * user);
        });
    }

    /** @throws IOException when a profile has other interests or events than the log gives it */
    void check(TrackedLog log) throws IOException {
        for (int user = 0; user < USERS; user += USERS / 20) {
            JsonNode profile = log.profile("user-" + user);
            if (profile.path("interests").size() != INTERESTS || profile.path("history").size() != EVENTS) {
                throw new IOException("not " + INTERESTS + " interests and " + EVENTS + " events: " + profile);
            }
        }
    }
}
