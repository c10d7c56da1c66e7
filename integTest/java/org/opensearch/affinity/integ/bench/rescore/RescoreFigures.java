package org.opensearch.affinity.integ.bench.rescore;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.integ.bench.common.Latencies;
import org.opensearch.affinity.integ.bench.common.Measurement;
import org.opensearch.affinity.integ.bench.common.Rounds;
import org.opensearch.affinity.integ.bench.common.SearchClient;
import org.opensearch.affinity.integ.bench.common.Spread;
import org.opensearch.affinity.integ.cluster.Rest;
import org.opensearch.affinity.rescore.RescoreStages;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The measurements of one cell, for each method. Not thread-safe. */
final class RescoreFigures {
    private final RescoreCell cell;
    private final int segments;
    private final Map<String, Latencies> latencies = new LinkedHashMap<>();
    private final Map<String, List<Double>> allocated = new HashMap<>();
    private final Rounds rounds = new Rounds();
    private RankCounters counters = RankCounters.NONE;
    private RescoreStages.Times stages;
    private int late;

    RescoreFigures(RescoreCell cell, int segments) {
        this.cell = cell;
        this.segments = segments;
    }

    RescoreCell cell() {
        return cell;
    }

    void add(String kind, SearchClient.Answer answer) {
        latencies.computeIfAbsent(kind, key -> new Latencies()).add(answer.nanos());
        late += answer.warned() ? 1 : 0;
    }

    /**
     * Adds what some searches of one method cost the node.
     *
     * @param allocatedBytes on the node's heap, for all of them
     */
    void add(String kind, Measurement measurement, long allocatedBytes) {
        rounds.add(kind, measurement);
        allocated.computeIfAbsent(kind, key -> new ArrayList<>()).add(allocatedBytes / (double) measurement.operations());
    }

    /** Adds what the node counted during searches with {@code rescore.affinity}. */
    void add(RankCounters counted) {
        counters = counters.plus(counted);
    }

    /** Sets the times of the stages, measured outside of the node. */
    void stages(RescoreStages.Times took) {
        stages = took;
    }

    Set<String> kinds() {
        return latencies.keySet();
    }

    Latencies latencies(String kind) {
        return latencies.get(kind);
    }

    /** Number of personalised searches that were answered without the profile, which came too late. */
    int late() {
        return late;
    }

    /** CPU time of the node per search in milliseconds, the median over turns. */
    double cpuMillis(String kind) {
        return rounds.figure(kind, measurement -> 1e3 / measurement.perCpuSecond()).median();
    }

    /** Bytes allocated on the node's heap per search, the median over turns. */
    double allocatedBytes(String kind) {
        return Spread.of(allocated.get(kind).stream().mapToDouble(Double::doubleValue).toArray()).median();
    }

    /** Difference of the median latencies of a method and of BM25 alone, in milliseconds. */
    double added(String kind) {
        return latencies(kind).p50() - latencies(SearchKind.PLAIN).p50();
    }

    /** Ratio of the p99 latencies of a method and of BM25 alone. */
    double p99Ratio(String kind) {
        return latencies(kind).p99() / latencies(SearchKind.PLAIN).p99();
    }

    /** Ratio of the median latencies of a method and of rescore.affinity. */
    double timesAsLong(String kind) {
        return latencies(kind).p50() / latencies(SearchKind.RESCORE).p50();
    }

    /** Ratio of what a method and rescore.affinity add to the median latency of BM25 alone. */
    double timesAsMuch(String kind) {
        return added(kind) / added(SearchKind.RESCORE);
    }

    /** Like {@link #timesAsMuch}, without the cost of collecting and sorting the window, which all rescorers have. */
    double timesAsMuchBeyondWindow(String kind) {
        double window = added(SearchKind.WINDOW);
        return (added(kind) - window) / (added(SearchKind.RESCORE) - window);
    }

    /** Like {@link #timesAsMuchBeyondWindow}, in CPU time of the node, which other load disturbs less. */
    double cpuTimesAsMuchBeyondWindow(String kind) {
        double window = cpuMillis(SearchKind.WINDOW);
        return (cpuMillis(kind) - window) / (cpuMillis(SearchKind.RESCORE) - window);
    }

    /** All figures of this cell, as a row of the file. */
    ObjectNode row() {
        ObjectNode row = cell.json();
        row.put("segments", segments).put("late_profiles", late);
        latencies.forEach((kind, took) -> {
            ObjectNode json = row.putObject(kind).put("p50_ms", took.p50()).put("p90_ms", took.quantile(0.9)).put("p99_ms", took.p99());
            json.put("searches", took.count());
        });
        ObjectNode added = row.putObject("added_ms");
        ObjectNode p99 = row.putObject("p99_ratio");
        ObjectNode bytes = row.putObject("allocated_bytes");
        ObjectNode cpu = row.putObject("cpu_ms");
        for (String kind : kinds()) {
            added.put(kind, added(kind));
            p99.put(kind, p99Ratio(kind));
            bytes.put(kind, Math.round(allocatedBytes(kind)));
            cpu.put(kind, cpuMillis(kind));
        }
        ObjectNode ratio = row.putObject("beside_affinity");
        for (String kind : SearchKind.WITHOUT_PLUGIN) {
            ObjectNode json = ratio.putObject(kind).put("latency", timesAsLong(kind)).put("added", timesAsMuch(kind));
            json.put("added_beyond_window", timesAsMuchBeyondWindow(kind)).put("cpu_beyond_window", cpuTimesAsMuchBeyondWindow(kind));
        }
        row.set("stages_ms", stagesJson());
        row.put("shipped_bytes", stages.shippedBytes());
        return row;
    }

    private ObjectNode stagesJson() {
        ObjectNode json = Rest.JSON.createObjectNode();
        json.put("profile", counters.profileMillis()).put("prepare", stages.prepare()).put("ship", stages.ship());
        json.put("read", stages.read()).put("compare", stages.compare()).put("signals", stages.signals()).put("fuse", stages.fuse());
        return json.put("rescore_in_node", counters.rescoreMillis()).put("rescore_first_time", stages.first());
    }

    /** The times of the stages as text. */
    String stages() {
        return String.format(
            Locale.ROOT,
            "µs: profile %.0f, prepare %.0f, ship to another node %.0f (%,d bytes), read %.0f, compare %.0f, signals %.0f, "
                + "fuse and sort %.0f;%n     the last four together, as the node counts %.0f, for documents that no search met before %.0f",
            1e3 * counters.profileMillis(), 1e3 * stages.prepare(), 1e3 * stages.ship(), stages.shippedBytes(), 1e3 * stages.read(),
            1e3 * stages.compare(), 1e3 * stages.signals(), 1e3 * stages.fuse(), 1e3 * counters.rescoreMillis(), 1e3 * stages.first()
        );
    }
}
