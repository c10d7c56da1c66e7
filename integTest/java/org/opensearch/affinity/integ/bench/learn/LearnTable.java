package org.opensearch.affinity.integ.bench.learn;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import org.opensearch.affinity.evaluate.Interval;
import org.opensearch.affinity.integ.bench.common.Borders;

import java.util.ArrayList;
import java.util.List;

/** Ours and what was published, a line each, with 95 % intervals of ours. */
record LearnTable(List<Learned> ours, List<Published> published) {
    @Override
    public String toString() {
        List<Column> columns = new ArrayList<>(List.of(Borders.words("method")));
        Learned.FIGURES.keySet().forEach(figure -> columns.add(Borders.figures(figure)));
        columns.add(Borders.figures("s"));
        columns.add(Borders.figures("MB"));
        List<String[]> lines = new ArrayList<>();
        ours.forEach(one -> lines.add(line(one)));
        published.forEach(one -> lines.add(line(one)));
        return AsciiTable.builder()
            .border(Borders.ROUND)
            .lineSeparator("\n")
            .data(columns.toArray(Column[]::new), lines.toArray(String[][]::new))
            .asString();
    }

    private static String[] line(Learned one) {
        List<String> cells = new ArrayList<>(List.of(one.key()));
        for (String figure : Learned.FIGURES.keySet()) {
            Interval interval = one.interval(figure);
            cells.add(Borders.number(interval.value(), 4) + " ± " + Borders.number((interval.high() - interval.low()) / 2, 4));
        }
        cells.add(Borders.number(one.seconds(), 1));
        cells.add(Borders.number(one.megabytes(), 1));
        return cells.toArray(String[]::new);
    }

    private static String[] line(Published one) {
        List<String> cells = new ArrayList<>(List.of(one.method() + " (published)"));
        Learned.FIGURES.keySet().forEach(figure -> cells.add(one.figures().containsKey(figure) ? Borders.number(one.figures().get(figure), 4) : ""));
        cells.add("");
        cells.add("");
        return cells.toArray(String[]::new);
    }
}
