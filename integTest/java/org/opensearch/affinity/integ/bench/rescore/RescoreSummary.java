package org.opensearch.affinity.integ.bench.rescore;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import org.opensearch.affinity.integ.bench.common.Tables;

import java.util.ArrayList;
import java.util.List;

/** A table with a line for each cell. */
record RescoreSummary(List<RescoreFigures> cells) {
    @Override
    public String toString() {
        Column[] columns = {
            Tables.figures("documents"), Tables.figures("window"), Tables.figures("interests"), Tables.figures("shards"),
            Tables.figures("clients"), Tables.figures("plain p50"), Tables.figures("added"), Tables.figures("by window"),
            Tables.figures("p99 ratio"), Tables.figures("painless"), Tables.figures("knn_score"), Tables.figures("client") };
        String[][] lines = cells.stream().map(RescoreSummary::line).toArray(String[][]::new);
        return AsciiTable.builder().border(Tables.ROUND).lineSeparator("\n").data(columns, lines).asString();
    }

    private static String[] line(RescoreFigures figures) {
        RescoreCell cell = figures.cell();
        List<String> line = new ArrayList<>();
        for (int value : new int[] { cell.docs(), cell.window(), cell.interests(), cell.shards(), cell.clients() }) {
            line.add(Tables.number(value, 0));
        }
        line.add(Tables.number(figures.latencies(SearchKind.PLAIN).p50(), 2));
        line.add(Tables.number(figures.added(SearchKind.RESCORE), 2));
        line.add(Tables.number(figures.added(SearchKind.WINDOW), 2));
        line.add("×" + Tables.number(figures.p99Ratio(SearchKind.RESCORE), 2));
        SearchKind.WITHOUT_PLUGIN.forEach(kind -> line.add("×" + Tables.number(figures.timesAsMuch(kind), 1)));
        return line.toArray(String[]::new);
    }
}
