package org.opensearch.affinity.integ.bench.track;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.integ.bench.common.Measurement;
import org.opensearch.affinity.integ.cluster.TrackerProgress;

/**
 * How quickly a log that was there before its tracker became profiles.
 *
 * @param indexed   writing the log, with no tracker
 * @param followed  from the definition of the tracker until it had read all of it
 * @param stats     of the tracker then
 */
record CatchUp(String log, Measurement indexed, Measurement followed, TrackerProgress stats) {
    double eventsPerSecond() {
        return followed.perSecond();
    }

    /** Milliseconds of the node's CPU time a thousand events, which other load disturbs less than the clock. */
    double cpuMillis() {
        return 1e6 / followed.perCpuSecond();
    }

    void write(ObjectNode json) {
        json.put("events", indexed.texts()).put("users", stats.users()).put("applied", stats.applied()).put("skipped", stats.skipped());
        json.put("index_events_per_s", indexed.perSecond()).put("catch_up_events_per_s", eventsPerSecond()).put("catch_up_s", followed.wallSeconds());
        json.put("cpu_ms_per_1000_events", cpuMillis());
    }
}
