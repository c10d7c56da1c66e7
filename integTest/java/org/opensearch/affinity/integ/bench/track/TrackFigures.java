package org.opensearch.affinity.integ.bench.track;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.integ.bench.common.Measurement;
import org.opensearch.affinity.integ.bench.common.Rounds;
import org.opensearch.affinity.integ.bench.common.Spread;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What was measured of tracking. */
final class TrackFigures {
    static final String UNTRACKED = "untracked";
    static final String TRACKED = "tracked";

    private final List<CatchUp> catchUps = new ArrayList<>();
    private final Rounds indexing = new Rounds();
    /** How far behind the tracker was when the last event of a lap was written, as a part of the lap. */
    private final List<Double> behind = new ArrayList<>();
    private final Map<Integer, Freshness.Measured> freshness = new TreeMap<>();
    private final Map<String, Double> bytesPerProfile = new TreeMap<>();
    private double heapMegabytes;

    void add(CatchUp caughtUp) {
        catchUps.add(caughtUp);
    }

    /** One round: the same events into one log without and one with a tracker. */
    void add(Measurement untracked, Measurement tracked, long lag) {
        indexing.add(UNTRACKED, untracked);
        indexing.add(TRACKED, tracked);
        behind.add((double) lag / tracked.texts());
    }

    void add(int rate, Freshness.Measured measured) {
        freshness.put(rate, measured);
    }

    /** What a profile of a log takes on disk. */
    void bytesPerProfile(String log, double bytes) {
        bytesPerProfile.put(log, bytes);
    }

    /** The heap of the node as it is just now; the most is kept. */
    void heap(double megabytes) {
        heapMegabytes = Math.max(heapMegabytes, megabytes);
    }

    List<CatchUp> catchUps() {
        return catchUps;
    }

    Rounds indexing() {
        return indexing;
    }

    /** How many times as fast a log is written while a tracker follows it as while none does. */
    Spread indexingRatio() {
        return indexing.ratio(TRACKED, UNTRACKED, Measurement::perSecond);
    }

    Spread behind() {
        return Spread.of(behind.stream().mapToDouble(Double::doubleValue).toArray());
    }

    /** By events a second. */
    Map<Integer, Freshness.Measured> freshness() {
        return freshness;
    }

    /** Not a number where it was not measured. */
    double bytesPerProfile(String log) {
        return bytesPerProfile.getOrDefault(log, Double.NaN);
    }

    double heapMegabytes() {
        return heapMegabytes;
    }

    /** Whatever there is so far. */
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
        if (indexing.contestants().isEmpty() == false) {
            json.put("indexing_ratio", indexingRatio().median());
            ObjectNode details = json.putObject("indexing");
            indexingRatio().write(details, "ratio");
            indexing.contestants().forEach(contestant -> indexing.figure(contestant, Measurement::perSecond).write(details, contestant + "_events_per_s"));
            behind().write(details, "behind_at_the_end");
        }
        ObjectNode rates = json.putObject("event_to_ranking");
        freshness.forEach((rate, measured) -> {
            ObjectNode at = rates.putObject(Integer.toString(rate)).put("events_per_s", measured.rate());
            measured.took().write(at, "ms");
            measured.took().write(json, "event_to_ranking_ms");
        });
        json.put("bytes_per_profile", bytesPerProfile(FourInterestLog.LOG)).put("heap_mb", heapMegabytes);
    }
}
