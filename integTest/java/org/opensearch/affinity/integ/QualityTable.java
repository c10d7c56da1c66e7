package org.opensearch.affinity.integ;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** {@link Quality} as a table: a line for each ranking, and one for what each gains over those before it. */
record QualityTable(Quality quality) {
    @Override
    public String toString() {
        List<String[]> lines = new ArrayList<>();
        for (RankedBy ranking : RankedBy.values()) {
            lines.add(line(ranking.words(), figure -> quality.mean(ranking, figure)));
        }
        for (Quality.Pair pair : Quality.Pair.ALL) {
            lines.add(line(pair.better().words() + ", less " + pair.worse().words(), figure -> quality.difference(pair, figure)));
        }
        List<Column> columns = new ArrayList<>();
        columns.add(Borders.words("mean over " + String.format(Locale.ROOT, "%,d", quality.queries()) + " queries"));
        for (String figure : Quality.FIGURES.keySet()) {
            columns.add(Borders.figures(figure.toUpperCase(Locale.ROOT)));
            columns.add(Borders.figures("95 % interval"));
        }
        return AsciiTable.builder()
            .border(Borders.ROUND)
            .lineSeparator("\n")
            .data(columns.toArray(Column[]::new), lines.toArray(String[][]::new))
            .asString();
    }

    private static String[] line(String name, Function<String, Interval> of) {
        List<String> cells = new ArrayList<>(List.of(name));
        for (String figure : Quality.FIGURES.keySet()) {
            Interval interval = of.apply(figure);
            cells.add(Borders.number(interval.value(), 4));
            cells.add(Borders.number(interval.low(), 4) + " – " + Borders.number(interval.high(), 4));
        }
        return cells.toArray(String[]::new);
    }
}
