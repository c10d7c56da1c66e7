package org.opensearch.affinity.integ.bench.rescore;

import com.fasterxml.jackson.databind.JsonNode;
import org.opensearch.affinity.integ.cluster.Rest;

/**
 * The ranking counters of the only node of a cluster.
 *
 * @param searches      number of searches that waited for a profile
 * @param profileMicros time that they waited, in microseconds
 * @param windows       number of rescored windows, one per shard
 * @param rescoreMicros time of rescoring, in microseconds
 */
record RankCounters(long searches, long profileMicros, long windows, long rescoreMicros) {
    static final RankCounters NONE = new RankCounters(0, 0, 0, 0);

    static RankCounters of(Rest rest) {
        JsonNode rank = rest.get("/_plugins/_affinity/stats").path("nodes").iterator().next().path("rank");
        return new RankCounters(
            rank.required("searches").asLong(), rank.required("profile_time_in_micros").asLong(), rank.required("windows").asLong(),
            rank.required("rescore_time_in_micros").asLong()
        );
    }

    RankCounters since(RankCounters before) {
        return plus(new RankCounters(-before.searches, -before.profileMicros, -before.windows, -before.rescoreMicros));
    }

    RankCounters plus(RankCounters more) {
        return new RankCounters(
            searches + more.searches, profileMicros + more.profileMicros, windows + more.windows, rescoreMicros + more.rescoreMicros
        );
    }

    /** Mean time in milliseconds that a search waited for its profile. */
    double profileMillis() {
        return profileMicros / 1e3 / searches;
    }

    /** Mean time in milliseconds of rescoring the window of one shard. */
    double rescoreMillis() {
        return rescoreMicros / 1e3 / windows;
    }
}
