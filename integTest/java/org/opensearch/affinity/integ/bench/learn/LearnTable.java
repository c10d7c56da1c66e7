package org.opensearch.affinity.integ.bench.learn;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import org.opensearch.affinity.evaluate.Interval;
import org.opensearch.affinity.integ.bench.common.Tables;

import java.util.ArrayList;
import java.util.List;

/** Ours and what was published, a line each, with 95 % intervals of ours. */
record LearnTable(List<MethodResult> ours, List<PublishedResult> published) {
    @Override
    public String toString() {
        List<Column> columns = new ArrayList<>(List.of(Tables.words("method")));
        MethodResult.FIGURES.keySet().forEach(figure -> columns.add(Tables.figures(figure)));
        columns.add(Tables.figures("s"));
        columns.add(Tables.figures("MB"));
        List<String[]> lines = new ArrayList<>();
        ours.forEach(one -> lines.add(line(one)));
        published.forEach(one -> lines.add(line(one)));
        return AsciiTable.builder()
            .border(Tables.ROUND)
            .lineSeparator("\n")
            .data(columns.toArray(Column[]::new), lines.toArray(String[][]::new))
            .asString();
    }

    private static String[] line(MethodResult one) {
        List<String> cells = new ArrayList<>(List.of(one.key()));
        for (String figure : MethodResult.FIGURES.keySet()) {
            Interval interval = one.interval(figure);
            cells.add(Tables.number(interval.value(), 4) + " ± " + Tables.number((interval.high() - interval.low()) / 2, 4));
        }
        cells.add(Tables.number(one.seconds(), 1));
        cells.add(Tables.number(one.megabytes(), 1));
        return cells.toArray(String[]::new);
    }

    private static String[] line(PublishedResult one) {
        List<String> cells = new ArrayList<>(List.of(one.method() + " (published)"));
        MethodResult.FIGURES.keySet().forEach(figure -> cells.add(one.figures().containsKey(figure) ? Tables.number(one.figures().get(figure), 4) : ""));
        cells.add("");
        cells.add("");
        return cells.toArray(String[]::new);
    }
}
