package org.opensearch.affinity.integ;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;

import java.util.List;
import java.util.Locale;

/** A line for each kind of search over one shard. */
record RankTable(List<SearchKind> kinds, RankFigures figures) {
    @Override
    public String toString() {
        Column[] columns = {
            Borders.words(String.format(Locale.ROOT, "%,d documents", figures.docs())),
            Borders.figures("p50 ms"),
            Borders.figures("added"),
            Borders.figures("p99 ms"),
            Borders.figures("ratio"),
            Borders.figures("CPU ms") };
        String[][] lines = kinds.stream().map(this::line).toArray(String[][]::new);
        return AsciiTable.builder().border(Borders.ROUND).lineSeparator("\n").data(columns, lines).asString();
    }

    private String[] line(SearchKind kind) {
        String key = kind.key();
        Latencies took = figures.latencies(key);
        return new String[] {
            kind.title(),
            Borders.number(took.p50(), 2),
            Borders.number(figures.added(key), 2),
            Borders.number(took.p99(), 2),
            "×" + Borders.number(figures.p99Ratio(key), 2),
            Borders.number(figures.cpuMillis(key), 2) };
    }
}
