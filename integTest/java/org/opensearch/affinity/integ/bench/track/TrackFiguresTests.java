package org.opensearch.affinity.integ.bench.track;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.Test;
import org.opensearch.affinity.integ.bench.common.Latencies;
import org.opensearch.affinity.integ.bench.common.Measurement;
import org.opensearch.affinity.integ.cluster.Rest;
import org.opensearch.affinity.integ.cluster.TrackerProgress;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.junit.Assert.assertEquals;

public class TrackFiguresTests {
    @Test
    public void ratiosAreTakenInEachRound() {
        TrackFigures figures = new TrackFigures();
        // The second round is twice as slow for both.
        figures.add(new Measurement(1000, 0, 1), new Measurement(1000, 0, 2), 100);
        figures.add(new Measurement(1000, 0, 2), new Measurement(1000, 0, 4), 300);
        figures.add(new Measurement(1000, 0, 1), new Measurement(1000, 0, 4), 500);
        assertEquals(0.5, figures.indexingRatio().median(), 1e-9);
        assertEquals(0.25, figures.indexingRatio().least(), 1e-9);
        assertEquals(0.3, figures.behind().median(), 1e-9);
    }

    @Test
    public void allMeasurementsAreInTheFile() {
        ObjectNode json = Rest.JSON.createObjectNode();
        measured().write(json);
        assertEquals(5_000, json.path("catch_up_events_per_s").asDouble(), 1e-9);
        assertEquals(100, json.path("catch_up").path("generated").path("cpu_ms_per_1000_events").asDouble(), 1e-9);
        assertEquals(1_234, json.path("catch_up").path("generated").path("bytes_per_profile").asDouble(), 1e-9);
        assertEquals(20_000, json.path("catch_up").path("real").path("catch_up_events_per_s").asDouble(), 1e-9);
        assertEquals(0.5, json.path("indexing_ratio").asDouble(), 1e-9);
        // The delay at the highest rate.
        assertEquals(80, json.path("event_to_ranking_ms").path("p99").asDouble(), 1e-9);
        assertEquals(40, json.path("event_to_ranking").path("100").path("ms").path("p99").asDouble(), 1e-9);
        assertEquals(999, json.path("event_to_ranking").path("1000").path("events_per_s").asDouble(), 1e-9);
        assertEquals(2_000, json.path("bytes_per_profile").asDouble(), 1e-9);
        assertEquals(700, json.path("heap_mb").asDouble(), 1e-9);
    }

    @Test
    public void tablesShowAllMeasurements() {
        String tables = new TrackTables(measured()).toString();
        assertThat(tables, allOf(containsString("generated"), containsString("real"), containsString("5,000"), containsString("1,234")));
        assertThat(tables, allOf(containsString("×0.50"), containsString("10 %"), containsString("at 999 events/s"),
            containsString(" 80 ")));
    }

    private static TrackFigures measured() {
        TrackFigures figures = new TrackFigures();
        figures.add(new CatchUp("generated", new Measurement(10_000, 0, 1), new Measurement(10_000, 1, 2),
            new TrackerProgress(1, 0, 9_000, 0, 1_000, 50, "")));
        figures.add(new CatchUp("real", new Measurement(10_000, 0, 1), new Measurement(10_000, 1, 0.5),
            new TrackerProgress(1, 0, 10_000, 0, 0, 50, "")));
        figures.add(new Measurement(1_000, 0, 1), new Measurement(1_000, 0, 2), 100);
        figures.add(1_000, new Freshness.Measured(latencies(80), 999));
        figures.add(100, new Freshness.Measured(latencies(40), 99.7));
        figures.bytesPerProfile("generated", 1_234);
        figures.bytesPerProfile(FourInterestLog.LOG, 2_000);
        figures.heap(700);
        figures.heap(600);
        return figures;
    }

    private static Latencies latencies(int most) {
        Latencies latencies = new Latencies();
        for (int millis = 1; millis <= most; millis++) {
            latencies.add(millis * 1_000_000L);
        }
        return latencies;
    }
}
