package org.opensearch.affinity.integ.bench.rescore;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import org.opensearch.affinity.integ.bench.common.Borders;
import org.opensearch.affinity.integ.bench.common.Contestant;
import org.opensearch.affinity.integ.bench.common.Latencies;

import java.util.List;

/** A line for each way to rank in one cell. */
record RescoreTable(List<Contestant> contestants, RescoreFigures figures) {
    @Override
    public String toString() {
        Column[] columns = {
            Borders.words(""),
            Borders.figures("p50 ms"),
            Borders.figures("added"),
            Borders.figures("p90 ms"),
            Borders.figures("p99 ms"),
            Borders.figures("ratio"),
            Borders.figures("CPU ms"),
            Borders.figures("KB") };
        String[][] lines = contestants.stream().map(this::line).toArray(String[][]::new);
        return AsciiTable.builder().border(Borders.ROUND).lineSeparator("\n").data(columns, lines).asString();
    }

    private String[] line(Contestant contestant) {
        String key = contestant.key();
        Latencies took = figures.latencies(key);
        return new String[] {
            contestant.title(),
            Borders.number(took.p50(), 2),
            Borders.number(figures.added(key), 2),
            Borders.number(took.quantile(0.9), 2),
            Borders.number(took.p99(), 2),
            "×" + Borders.number(figures.p99Ratio(key), 2),
            Borders.number(figures.cpuMillis(key), 2),
            Borders.number(figures.allocatedBytes(key) / 1024, 0) };
    }
}
