package org.opensearch.affinity.integ.bench.rescore;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.Test;
import org.opensearch.affinity.integ.bench.common.Latencies;
import org.opensearch.affinity.integ.bench.common.Measurement;
import org.opensearch.affinity.integ.bench.common.SearchClient;
import org.opensearch.affinity.rescore.RescoreStages;

import java.util.List;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

public class RescoreFiguresTests {
    @Test
    public void quantilesAreMeasuredValues() {
        Latencies latencies = new Latencies();
        assertThrows(IllegalStateException.class, latencies::p50);
        // 1 to 2,000 ms, the slow ones first.
        for (int i = 2000; i >= 1; i--) {
            latencies.add(i * 1_000_000L);
        }
        assertEquals(2000, latencies.count());
        assertEquals(1000, latencies.p50(), 0);
        assertEquals(1980, latencies.p99(), 0);
        assertEquals(2000, latencies.quantile(1), 0);
        assertEquals(1, latencies.quantile(1e-9), 0);
    }

    @Test
    public void costsAreDifferencesToThePlainSearch() {
        RescoreFigures figures = measured(new RescoreCell(7, 1_000, 4, 1, 1), 3, 12);
        assertEquals(1, figures.added(SearchKind.RESCORE), 1e-9);
        assertEquals(1.5, figures.p99Ratio(SearchKind.RESCORE), 1e-9);
        assertEquals(6, figures.timesAsMuch(SearchKind.KNN), 1e-9);
        assertEquals(4, figures.timesAsLong(SearchKind.PAINLESS), 1e-9);
        assertEquals((6 - 0.5) / (1 - 0.5), figures.timesAsMuchBeyondWindow(SearchKind.KNN), 1e-9);
        assertEquals((12.0 - 2) / (3 - 2), figures.cpuTimesAsMuchBeyondWindow(SearchKind.PAINLESS), 1e-9);
    }

    @Test
    public void rowIsComplete() {
        RescoreFigures figures = measured(new RescoreCell(7, 1_000, 4, 2, 1), 3, 12);
        figures.add(SearchKind.RESCORE, new Measurement(50, 0.15, 1), 400);
        figures.add(SearchKind.RESCORE, new Measurement(50, 0.15, 1), 600);
        figures.add(new RankCounters(2, 500, 4, 2_000));
        figures.add(new RankCounters(5, 900, 9, 5_000).since(new RankCounters(3, 400, 5, 3_000)));
        ObjectNode row = figures.row();
        assertEquals("7 1000 4 2 1 9", String.join(" ", List.of("docs", "window", "interests", "shards", "clients", "segments")
            .stream().map(key -> row.path(key).asText()).toList()));
        assertEquals(2, row.path("plain").path("p50_ms").asDouble(), 1e-9);
        for (String kind : figures.kinds()) {
            assertTrue(kind, row.path(kind).path("p50_ms").asDouble() <= row.path(kind).path("p90_ms").asDouble());
            assertTrue(kind, row.path(kind).path("p90_ms").asDouble() <= row.path(kind).path("p99_ms").asDouble());
        }
        assertEquals(0.5, row.path("added_ms").path("window_only").asDouble(), 1e-9);
        assertEquals(6, row.path("beside_affinity").path("knn_score").path("added").asDouble(), 1e-9);
        // 0.15 s for 50 searches are 3 ms each.
        assertEquals(3, row.path("cpu_ms").path("affinity").asDouble(), 1e-9);
        assertEquals("the median of 1,000, 400 and 600 bytes for 50 searches", 12, row.path("allocated_bytes").path("affinity").asInt());
        assertEquals(0.25, row.path("stages_ms").path("profile").asDouble(), 1e-9);
        assertEquals(0.5, row.path("stages_ms").path("rescore_in_node").asDouble(), 1e-9);
        assertEquals(0.3, row.path("stages_ms").path("read").asDouble(), 1e-9);
        assertEquals(0.7, row.path("stages_ms").path("rescore_first_time").asDouble(), 1e-9);
        assertEquals(33, row.path("shipped_bytes").asInt());
    }

    @Test
    public void targetsAreCheckedInCentralCells() {
        RescoreFigures few = measured(new RescoreCell(20_000, 1_000, 4, 1, 1), 2.9, 7.4);
        RescoreFigures many = measured(new RescoreCell(1_000_000, 1_000, 4, 1, 1), 2.95, 6);
        RescoreFigures other = measured(new RescoreCell(1_000_000, 100, 4, 1, 8), 90, 91);
        assertEquals(List.of(true, true, true, false, true, true, true), met(few, many, other));
        assertEquals(List.of(false, true, false, true, true, true, true), met(few, measured(new RescoreCell(1_000_000, 1_000, 4, 1, 1), 3.2, 9)));
        assertEquals(List.of(false, false, false, false, true, true, true), met(few, measured(new RescoreCell(1_000_000, 1_000, 4, 1, 1), 4.1, 9)));
        assertEquals(List.of(true, true, true, false, false, true, true), met(few, measured(new RescoreCell(1_000_000, 1_000, 4, 1, 1), 2.89, 6)));
        assertNull("one size cannot tell", new RescoreTargets(List.of(few)).targets().get(2).met());
        assertNull(new RescoreTargets(List.of(other)).targets().getFirst().met());
        assertEquals(1, new RescoreTargets(List.of(other)).targets().size());
    }

    private static List<Boolean> met(RescoreFigures... measured) {
        return new RescoreTargets(List.of(measured)).targets().stream().map(RescoreTargets.Target::met).toList();
    }

    @Test
    public void lateProfilesAreCounted() {
        RescoreFigures figures = new RescoreFigures(new RescoreCell(7, 1_000, 4, 1, 1), 1);
        figures.add(SearchKind.RESCORE, new SearchClient.Answer(new byte[0], 1, true));
        figures.add(SearchKind.RESCORE, new SearchClient.Answer(new byte[0], 1, false));
        assertEquals(1, figures.late());
    }

    /** BM25 alone takes 2 ms, the window 2.5, k-NN's script 8, the client 20. */
    private static RescoreFigures measured(RescoreCell cell, double affinityMillis, double painlessMillis) {
        RescoreFigures figures = new RescoreFigures(cell, 9);
        add(figures, SearchKind.PLAIN, 2, 0.1);
        add(figures, SearchKind.WINDOW, 2.5, 0.1);
        add(figures, SearchKind.RESCORE, affinityMillis, 0.15);
        add(figures, SearchKind.NEIGHBOURS, 3.4, 0.15);
        add(figures, SearchKind.PARTS, 3.7, 0.2);
        add(figures, SearchKind.NETWORKS, 4.2, 0.25);
        add(figures, SearchKind.PIPELINE, 3.5, 0.15);
        add(figures, SearchKind.PAINLESS, painlessMillis, 0.6);
        add(figures, SearchKind.KNN, 8, 0.4);
        add(figures, SearchKind.CLIENT, 20, 0.4);
        figures.stages(new RescoreStages.Times(0.1, 0.2, 33, 0.3, 0.4, 0.5, 0.6, 0.7));
        return figures;
    }

    private static void add(RescoreFigures figures, String kind, double millis, double cpuSeconds) {
        figures.add(kind, new SearchClient.Answer(new byte[0], Math.round(millis * 1e6), false));
        figures.add(kind, new Measurement(50, cpuSeconds, 1), 1_000);
    }
}
