package org.opensearch.affinity.integ.bench.track;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.integ.bench.common.Measurement;
import org.opensearch.affinity.integ.bench.common.Rounds;
import org.opensearch.affinity.integ.bench.common.Spread;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The measurements of tracking. Not thread-safe. */
final class TrackFigures {
    static final String UNTRACKED = "untracked";
    static final String TRACKED = "tracked";

    private final List<CatchUp> catchUps = new ArrayList<>();
    private final Rounds indexing = new Rounds();
    /** Lag of the tracker when the last event of a round was written, as a fraction of the round's events. */
    private final List<Double> behind = new ArrayList<>();
    private final Map<Integer, Freshness.Measured> freshness = new TreeMap<>();
    private final Map<String, Double> bytesPerProfile = new TreeMap<>();
    private double heapMegabytes;

    void add(CatchUp caughtUp) {
        catchUps.add(caughtUp);
    }

    /**
     * Adds a round: the same events written into a log without a tracker and into one with a tracker.
     *
     * @param lag events that the tracker had not read when the last one was written
     */
    void add(Measurement untracked, Measurement tracked, long lag) {
        indexing.add(UNTRACKED, untracked);
        indexing.add(TRACKED, tracked);
        behind.add((double) lag / tracked.operations());
    }

    void add(int rate, Freshness.Measured measured) {
        freshness.put(rate, measured);
    }

    /** Sets the size of a profile of a log on disk. */
    void bytesPerProfile(String log, double bytes) {
        bytesPerProfile.put(log, bytes);
    }

    /** Adds a reading of the node's used heap; the largest is kept. */
    void heap(double megabytes) {
        heapMegabytes = Math.max(heapMegabytes, megabytes);
    }

    List<CatchUp> catchUps() {
        return catchUps;
    }

    Rounds indexing() {
        return indexing;
    }

    /** Ratio of the indexing throughput with and without a tracker. */
    Spread indexingRatio() {
        return indexing.ratio(TRACKED, UNTRACKED, Measurement::perSecond);
    }

    Spread behind() {
        return Spread.of(behind.stream().mapToDouble(Double::doubleValue).toArray());
    }

    /** The delays by rate of other events per second. */
    Map<Integer, Freshness.Measured> freshness() {
        return freshness;
    }

    /** NaN when it was not measured. */
    double bytesPerProfile(String log) {
        return bytesPerProfile.getOrDefault(log, Double.NaN);
    }

    double heapMegabytes() {
        return heapMegabytes;
    }

    /** Writes all measurements so far. */
    void write(ObjectNode json) {
        ObjectNode logs = json.putObject("catch_up");
        catchUps.forEach(caughtUp -> {
            ObjectNode log = logs.putObject(caughtUp.log());
            caughtUp.write(log);
            log.put("bytes_per_profile", bytesPerProfile(caughtUp.log()));
        });
        if (catchUps.isEmpty() == false) {
            json.put("catch_up_events_per_s", catchUps.getFirst().eventsPerSecond());
        }
        if (indexing.methods().isEmpty() == false) {
            json.put("indexing_ratio", indexingRatio().median());
            ObjectNode details = json.putObject("indexing");
            indexingRatio().write(details, "ratio");
            indexing.methods().forEach(method -> indexing.figure(method, Measurement::perSecond).write(details, method + "_events_per_s"));
            behind().write(details, "behind_at_the_end");
        }
        ObjectNode rates = json.putObject("event_to_ranking");
        freshness.forEach((rate, measured) -> {
            ObjectNode at = rates.putObject(Integer.toString(rate)).put("events_per_s", measured.rate());
            measured.delays().write(at, "ms");
            measured.delays().write(json, "event_to_ranking_ms");
        });
        json.put("bytes_per_profile", bytesPerProfile(FourInterestLog.LOG)).put("heap_mb", heapMegabytes);
    }
}
