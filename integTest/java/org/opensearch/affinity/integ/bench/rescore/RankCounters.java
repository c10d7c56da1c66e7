package org.opensearch.affinity.integ.bench.rescore;

import com.fasterxml.jackson.databind.JsonNode;
import org.opensearch.affinity.integ.cluster.Rest;

/**
 * What the only node of a cluster counts of ranking.
 *
 * @param searches      that waited for a profile
 * @param profileMicros how long
 * @param windows       that were scored anew, one a shard
 * @param rescoreMicros what that took
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

    /** Milliseconds that a search waited for its profile, on average. */
    double profileMillis() {
        return profileMicros / 1e3 / searches;
    }

    /** Milliseconds that the window of one shard took, on average. */
    double rescoreMillis() {
        return rescoreMicros / 1e3 / windows;
    }
}
