package org.opensearch.affinity.integ.bench.learn;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import org.opensearch.affinity.evaluate.Interval;
import org.opensearch.affinity.integ.bench.common.Tables;

import java.util.ArrayList;
import java.util.List;

/** A table of measured results, with 95 % intervals, and of published ones. */
record LearnTable(List<MethodResult> measured, List<PublishedResult> published) {
    @Override
    public String toString() {
        List<Column> columns = new ArrayList<>(List.of(Tables.words("method")));
        MethodResult.FIGURES.keySet().forEach(figure -> columns.add(Tables.figures(figure)));
        columns.add(Tables.figures("s"));
        columns.add(Tables.figures("MB"));
        List<String[]> lines = new ArrayList<>();
        measured.forEach(result -> lines.add(line(result)));
        published.forEach(result -> lines.add(line(result)));
        return AsciiTable.builder()
            .border(Tables.ROUND)
            .lineSeparator("\n")
            .data(columns.toArray(Column[]::new), lines.toArray(String[][]::new))
            .asString();
    }

    private static String[] line(MethodResult result) {
        List<String> cells = new ArrayList<>(List.of(result.key()));
        for (String figure : MethodResult.FIGURES.keySet()) {
            Interval interval = result.interval(figure);
            cells.add(Tables.number(interval.value(), 4) + " ± " + Tables.number((interval.high() - interval.low()) / 2, 4));
        }
        cells.add(Tables.number(result.seconds(), 1));
        cells.add(Tables.number(result.megabytes(), 1));
        return cells.toArray(String[]::new);
    }

    private static String[] line(PublishedResult result) {
        List<String> cells = new ArrayList<>(List.of(result.method() + " (published)"));
        MethodResult.FIGURES.keySet()
            .forEach(figure -> cells.add(result.figures().containsKey(figure) ? Tables.number(result.figures().get(figure), 4) : ""));
        cells.add("");
        cells.add("");
        return cells.toArray(String[]::new);
    }
}
