package org.opensearch.affinity.integ.bench.rescore;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import org.opensearch.affinity.integ.bench.common.Latencies;
import org.opensearch.affinity.integ.bench.common.SearchMethod;
import org.opensearch.affinity.integ.bench.common.Tables;

import java.util.List;

/** A table of one cell with a line for each method. */
record RescoreTable(List<SearchMethod> methods, RescoreFigures figures) {
    @Override
    public String toString() {
        Column[] columns = {
            Tables.words(""),
            Tables.figures("p50 ms"),
            Tables.figures("added"),
            Tables.figures("p90 ms"),
            Tables.figures("p99 ms"),
            Tables.figures("ratio"),
            Tables.figures("CPU ms"),
            Tables.figures("KB") };
        String[][] lines = methods.stream().map(this::line).toArray(String[][]::new);
        return AsciiTable.builder().border(Tables.ROUND).lineSeparator("\n").data(columns, lines).asString();
    }

    private String[] line(SearchMethod method) {
        String key = method.key();
        Latencies took = figures.latencies(key);
        return new String[] {
            method.title(),
            Tables.number(took.p50(), 2),
            Tables.number(figures.added(key), 2),
            Tables.number(took.quantile(0.9), 2),
            Tables.number(took.p99(), 2),
            "×" + Tables.number(figures.p99Ratio(key), 2),
            Tables.number(figures.cpuMillis(key), 2),
            Tables.number(figures.allocatedBytes(key) / 1024, 0) };
    }
}
