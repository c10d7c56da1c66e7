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

/** What searches took under the circumstances of one cell, for each way to rank. */
final class RescoreFigures {
    private final RescoreCell cell;
    private final int segments;
    private final Map<String, Latencies> latencies = new LinkedHashMap<>();
    private final Map<String, List<Double>> allocated = new HashMap<>();
    private final Rounds race = new Rounds();
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
     * Some searches of one kind together, for what they cost the node.
     *
     * @param allocatedBytes on its heap meanwhile
     */
    void add(String kind, Measurement lap, long allocatedBytes) {
        race.add(kind, lap);
        allocated.computeIfAbsent(kind, key -> new ArrayList<>()).add(allocatedBytes / (double) lap.texts());
    }

    /** What the node counted while {@code rescore.affinity} was asked. */
    void add(RankCounters counted) {
        counters = counters.plus(counted);
    }

    /** What the stages took outside of the node. */
    void stages(RescoreStages.Times took) {
        stages = took;
    }

    Set<String> kinds() {
        return latencies.keySet();
    }

    Latencies latencies(String kind) {
        return latencies.get(kind);
    }

    /** Personalised searches whose profile came too late: they were answered without it, so they are no measurement of it. */
    int late() {
        return late;
    }

    /** CPU milliseconds of the node a search, the median over turns. */
    double cpuMillis(String kind) {
        return race.figure(kind, lap -> 1e3 / lap.perCpuSecond()).median();
    }

    /** Bytes on the node's heap a search, the median over turns. */
    double allocatedBytes(String kind) {
        return Spread.of(allocated.get(kind).stream().mapToDouble(Double::doubleValue).toArray()).median();
    }

    /** Milliseconds that a kind takes more than BM25 alone, at the median of each. */
    double added(String kind) {
        return latencies(kind).p50() - latencies(SearchKind.PLAIN).p50();
    }

    double p99Ratio(String kind) {
        return latencies(kind).p99() / latencies(SearchKind.PLAIN).p99();
    }

    /** How many times as long a search takes in another way as with us, at the median. */
    double timesAsLong(String kind) {
        return latencies(kind).p50() / latencies(SearchKind.RESCORE).p50();
    }

    /** How many times as much another way adds to BM25 alone as we do, at the median. */
    double timesAsMuch(String kind) {
        return added(kind) / added(SearchKind.RESCORE);
    }

    /** The same without what all need: that the window is collected and sorted at all. */
    double timesAsMuchBeyondWindow(String kind) {
        double window = added(SearchKind.WINDOW);
        return (added(kind) - window) / (added(SearchKind.RESCORE) - window);
    }

    /** Like {@link #timesAsMuchBeyondWindow}, in CPU time of the node, which other load disturbs less. */
    double cpuTimesAsMuchBeyondWindow(String kind) {
        double window = cpuMillis(SearchKind.WINDOW);
        return (cpuMillis(kind) - window) / (cpuMillis(SearchKind.RESCORE) - window);
    }

    /** A row that says all there is to say of this cell. */
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
        for (String kind : SearchKind.WITHOUT_US) {
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

    /** The stages for people. */
    String stages() {
        return String.format(
            Locale.ROOT,
            "µs: profile %.0f, prepare %.0f, ship to another node %.0f (%,d bytes), read %.0f, compare %.0f, signals %.0f, fuse and sort %.0f;"
                + "%n     the last four together, as the node counts %.0f, of documents that nobody looked at before %.0f",
            1e3 * counters.profileMillis(), 1e3 * stages.prepare(), 1e3 * stages.ship(), stages.shippedBytes(), 1e3 * stages.read(),
            1e3 * stages.compare(), 1e3 * stages.signals(), 1e3 * stages.fuse(), 1e3 * counters.rescoreMillis(), 1e3 * stages.first()
        );
    }
}
