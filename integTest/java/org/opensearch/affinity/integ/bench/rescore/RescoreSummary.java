package org.opensearch.affinity.integ.bench.rescore;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import org.opensearch.affinity.integ.bench.common.Borders;

import java.util.ArrayList;
import java.util.List;

/** A line for each cell. */
record RescoreSummary(List<RescoreFigures> cells) {
    @Override
    public String toString() {
        Column[] columns = {
            Borders.figures("documents"), Borders.figures("window"), Borders.figures("interests"), Borders.figures("shards"),
            Borders.figures("clients"), Borders.figures("plain p50"), Borders.figures("added"), Borders.figures("by window"),
            Borders.figures("p99 ratio"), Borders.figures("painless"), Borders.figures("knn_score"), Borders.figures("client") };
        String[][] lines = cells.stream().map(RescoreSummary::line).toArray(String[][]::new);
        return AsciiTable.builder().border(Borders.ROUND).lineSeparator("\n").data(columns, lines).asString();
    }

    private static String[] line(RescoreFigures figures) {
        RescoreCell cell = figures.cell();
        List<String> line = new ArrayList<>();
        for (int value : new int[] { cell.docs(), cell.window(), cell.interests(), cell.shards(), cell.clients() }) {
            line.add(Borders.number(value, 0));
        }
        line.add(Borders.number(figures.latencies(SearchKind.PLAIN).p50(), 2));
        line.add(Borders.number(figures.added(SearchKind.RESCORE), 2));
        line.add(Borders.number(figures.added(SearchKind.WINDOW), 2));
        line.add("×" + Borders.number(figures.p99Ratio(SearchKind.RESCORE), 2));
        SearchKind.WITHOUT_US.forEach(kind -> line.add("×" + Borders.number(figures.timesAsMuch(kind), 1)));
        return line.toArray(String[]::new);
    }
}
