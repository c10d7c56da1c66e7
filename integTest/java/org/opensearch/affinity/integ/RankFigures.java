package org.opensearch.affinity.integ;

import com.fasterxml.jackson.databind.node.ObjectNode;

import java.util.LinkedHashMap;
import java.util.Map;

/** What searching one shard took, for each kind of search. */
final class RankFigures {
    private final int docs;
    private final int segments;
    private final Map<String, Latencies> latencies = new LinkedHashMap<>();
    private final Race race = new Race();
    private int late;

    RankFigures(int docs, int segments) {
        this.docs = docs;
        this.segments = segments;
    }

    int docs() {
        return docs;
    }

    void add(String kind, SearchClient.Answer answer) {
        latencies.computeIfAbsent(kind, key -> new Latencies()).add(answer.nanos());
        late += answer.warned() ? 1 : 0;
    }

    /** Some searches of one kind together, for what they cost the node. */
    void add(String kind, Lap lap) {
        race.add(kind, lap);
    }

    Latencies latencies(String kind) {
        return latencies.get(kind);
    }

    /** Personalised searches whose profile came too late: they were answered without it, so they are no measurement of it. */
    int late() {
        return late;
    }

    /** CPU milliseconds of the node a search, the median over rounds. */
    double cpuMillis(String kind) {
        return race.figure(kind, lap -> 1e3 / lap.perCpuSecond()).median();
    }

    /** Milliseconds that a kind takes more than BM25 alone, at the median of each. */
    double added(String kind) {
        return latencies(kind).p50() - latencies(SearchKind.PLAIN).p50();
    }

    double p99Ratio(String kind) {
        return latencies(kind).p99() / latencies(SearchKind.PLAIN).p99();
    }

    /** How many times as much a script adds to BM25 alone as we do, at the median. */
    double scriptRatio(String script) {
        return added(script) / added(SearchKind.RESCORE);
    }

    /** The same without what both need: that the window is collected and sorted at all. */
    double scriptRatioBeyondWindow(String script) {
        double window = added(SearchKind.WINDOW);
        return (added(script) - window) / (added(SearchKind.RESCORE) - window);
    }

    /** Like {@link #scriptRatioBeyondWindow}, in CPU time of the node, which other load disturbs less. */
    double scriptCpuRatioBeyondWindow(String script) {
        double window = cpuMillis(SearchKind.WINDOW);
        return (cpuMillis(script) - window) / (cpuMillis(SearchKind.RESCORE) - window);
    }

    void write(ObjectNode parent) {
        ObjectNode json = parent.putObject(Integer.toString(docs));
        json.put("segments", segments).put("late_profiles", late);
        ObjectNode added = json.putObject("added_ms");
        String ours = SearchKind.RESCORE;
        added.put("p50", added(ours)).put("p99", latencies(ours).p99() - latencies(SearchKind.PLAIN).p99());
        added.put("p50_of_window", added(SearchKind.WINDOW)).put("p50_pipeline", added(SearchKind.PIPELINE));
        added.put("cpu", cpuMillis(ours) - cpuMillis(SearchKind.PLAIN)).put("cpu_of_window", cpuMillis(SearchKind.WINDOW) - cpuMillis(SearchKind.PLAIN));
        json.put("p99_ratio", p99Ratio(ours)).put("p99_ratio_pipeline", p99Ratio(SearchKind.PIPELINE));
        ObjectNode ratio = json.putObject("script_ratio");
        ObjectNode beyond = json.putObject("script_ratio_beyond_window");
        ObjectNode cpuBeyond = json.putObject("script_cpu_ratio_beyond_window");
        for (String script : SearchKind.SCRIPTS) {
            ratio.put(script, scriptRatio(script));
            beyond.put(script, scriptRatioBeyondWindow(script));
            cpuBeyond.put(script, scriptCpuRatioBeyondWindow(script));
        }
        ObjectNode all = json.putObject("latency_ms");
        latencies.forEach((kind, took) -> took.write(all, kind));
        ObjectNode cpu = json.putObject("cpu_ms");
        latencies.keySet().forEach(kind -> cpu.put(kind, cpuMillis(kind)));
    }
}
