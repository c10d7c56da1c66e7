package org.opensearch.affinity.integ.bench.track;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.integ.bench.common.Measurement;
import org.opensearch.affinity.integ.cluster.TrackerProgress;

/**
 * The measurement of a tracker that is defined after its log was written.
 *
 * @param log      name of the log
 * @param indexed  indexing of the log, without a tracker
 * @param followed from the definition of the tracker until it had processed the log
 * @param stats    of the tracker at the end
 */
record CatchUp(String log, Measurement indexed, Measurement followed, TrackerProgress stats) {
    /** Events per second that the tracker processed. */
    double eventsPerSecond() {
        return followed.perSecond();
    }

    /** CPU time of the node per thousand events in milliseconds; other load disturbs it less than elapsed time. */
    double cpuMillis() {
        return 1e6 / followed.perCpuSecond();
    }

    void write(ObjectNode json) {
        json.put("events", indexed.operations()).put("users", stats.users()).put("applied", stats.applied())
            .put("skipped", stats.skipped());
        json.put("index_events_per_s", indexed.perSecond()).put("catch_up_events_per_s", eventsPerSecond())
            .put("catch_up_s", followed.wallSeconds());
        json.put("cpu_ms_per_1000_events", cpuMillis());
    }
}
