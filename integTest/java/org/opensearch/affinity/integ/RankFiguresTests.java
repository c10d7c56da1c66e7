package org.opensearch.affinity.integ;

import com.fasterxml.jackson.databind.node.ObjectNode;

import org.junit.Test;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

public class RankFiguresTests {
    @Test
    public void quantilesAreMeasuredOnes() {
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
    public void costsAreThoseBesideThePlainSearch() {
        RankFigures figures = new RankFigures(7, 1);
        add(figures, SearchKind.PLAIN, 2, 0.1);
        add(figures, SearchKind.WINDOW, 2.5, 0.1);
        add(figures, SearchKind.RESCORE, 3, 0.15);
        add(figures, SearchKind.PIPELINE, 3.5, 0.15);
        add(figures, SearchKind.PAINLESS, 12, 0.6);
        add(figures, SearchKind.KNN, 8, 0.4);
        assertEquals(1, figures.added(SearchKind.RESCORE), 1e-9);
        assertEquals(1.5, figures.p99Ratio(SearchKind.RESCORE), 1e-9);
        assertEquals(6, figures.scriptRatio(SearchKind.KNN), 1e-9);
        assertEquals((6 - 0.5) / (1 - 0.5), figures.scriptRatioBeyondWindow(SearchKind.KNN), 1e-9);
        assertEquals((12.0 - 2) / (3 - 2), figures.scriptCpuRatioBeyondWindow(SearchKind.PAINLESS), 1e-9);
        ObjectNode parent = Rest.JSON.createObjectNode();
        figures.write(parent);
        assertEquals(6, parent.path("7").path("script_ratio").path(SearchKind.KNN).asDouble(), 1e-9);
        assertEquals(0.5, parent.path("7").path("added_ms").path("p50_of_window").asDouble(), 1e-9);
        // 0.15 s for 50 searches are 3 ms each, beside 2.
        assertEquals(1, parent.path("7").path("added_ms").path("cpu").asDouble(), 1e-9);
    }

    @Test
    public void searchesWithoutProfileAreCounted() {
        RankFigures figures = new RankFigures(7, 1);
        figures.add(SearchKind.RESCORE, new SearchClient.Answer(new byte[0], 1, true));
        figures.add(SearchKind.RESCORE, new SearchClient.Answer(new byte[0], 1, false));
        assertEquals(1, figures.late());
    }

    private static void add(RankFigures figures, String kind, double millis, double cpuSeconds) {
        figures.add(kind, new SearchClient.Answer(new byte[0], Math.round(millis * 1e6), false));
        figures.add(kind, new Lap(50, cpuSeconds, 1));
    }
}
