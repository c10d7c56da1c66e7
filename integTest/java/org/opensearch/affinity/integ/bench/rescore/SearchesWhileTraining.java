package org.opensearch.affinity.integ.bench.rescore;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.integ.bench.common.Latencies;
import org.opensearch.affinity.integ.bench.common.SearchClient;
import org.opensearch.affinity.integ.bench.common.SearchMethod;
import org.opensearch.affinity.integ.cluster.Pause;
import org.opensearch.affinity.integ.cluster.Rest;
import org.opensearch.affinity.integ.console.Screen;
import org.opensearch.affinity.integ.console.Step;

import java.io.IOException;
import java.util.Locale;

/** What personalised searches of one client take while the node trains a network: before, during and after it, and how fast it is cancelled. */
final class SearchesWhileTraining {
    private static final double MOST_TIMES_P99 = 1.5;
    /** A training that is longer than the measurement. */
    private static final String TRAINING = """
        {"parts": ["attention"], "settings": {"attention":
          {"dimension": 64, "layers": 2, "dropout": 0.3, "temperature": 0.08, "epochs": 1000, "rate": 0.001}}}""";
    private static final int WAIT_SECONDS = 300;

    private final Screen screen;
    private final Rest rest;
    private final String tracker;
    private final SearchMethod method;
    private final int seconds;

    /** @param seconds time of searching while the node trains, and as long beside it */
    SearchesWhileTraining(Screen screen, Rest rest, String tracker, SearchMethod method, int seconds) {
        this.screen = screen;
        this.rest = rest;
        this.tracker = tracker;
        this.method = method;
        this.seconds = seconds;
    }

    /** Measures, prints, and returns the figures. */
    ObjectNode measure() throws IOException {
        Latencies usual = new Latencies();
        Latencies training = new Latencies();
        double cancelSeconds;
        try (SearchClient client = new SearchClient(); Step step = screen.step("Searching while a network is trained")) {
            search(client, usual, seconds / 2.0);
            String task = rest.post("/_plugins/_affinity/trackers/" + tracker + "/models?wait_for_completion=false", TRAINING).path("task").asText();
            try {
                awaitTraining(task, step);
                search(client, training, seconds);
            } finally {
                long begin = System.nanoTime();
                rest.post("/_tasks/" + task + "/_cancel?wait_for_completion=true", null);
                cancelSeconds = (System.nanoTime() - begin) / 1e9;
            }
            search(client, usual, seconds / 2.0);
            step.done("as much time without, before and after it");
        }
        double times = training.p99() / usual.p99();
        screen.print(String.format(Locale.ROOT, " usual p50 %.2f ms, p99 %.2f ms (%,d searches); while training %.2f and %.2f (%,d): p99 %.2f times,"
                + " target %.1f %s; cancelled within %.2f s", usual.p50(), usual.p99(), usual.count(), training.p50(), training.p99(),
            training.count(), times, MOST_TIMES_P99, times <= MOST_TIMES_P99 ? "met" : "missed", cancelSeconds));
        ObjectNode json = Rest.JSON.createObjectNode();
        usual.write(json, "usual");
        training.write(json, "training");
        return json.put("times_p99", times).put("cancelled_seconds", cancelSeconds);
    }

    private void awaitTraining(String task, Step step) throws IOException {
        for (double begin = step.seconds(); step.seconds() - begin < WAIT_SECONDS;) {
            JsonNode state = rest.get("/_tasks/" + task);
            String now = state.path("task").path("status").path("step").asText();
            if (now.equals("learning attention")) {
                return;
            }
            if (state.path("completed").asBoolean()) {
                throw new IOException("the training ended before it was measured: " + state);
            }
            step.now(now);
            Pause.millis(100);
        }
        throw new IOException("the training has not come to its network in " + WAIT_SECONDS + " s");
    }

    private void search(SearchClient client, Latencies latencies, double time) throws IOException {
        long end = System.nanoTime() + Math.round(time * 1e9);
        for (int query = 0; System.nanoTime() < end; query++) {
            latencies.add(method.search(client, query % RescoreMeasurements.QUERIES).nanos());
        }
    }
}
