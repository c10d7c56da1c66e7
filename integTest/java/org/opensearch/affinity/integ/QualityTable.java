package org.opensearch.affinity.integ;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.HorizontalAlign;

import java.util.List;
import java.util.Locale;

/** {@link Quality} as a table: a line for each figure, BM25 and the personalised search side by side. */
record QualityTable(Quality quality) {
    @Override
    public String toString() {
        List<String[]> lines = Quality.FIGURES.keySet().stream().map(this::line).toList();
        Column[] columns = {
            new Column().header("mean over " + String.format(Locale.ROOT, "%,d", quality.queries()) + " queries").dataAlign(HorizontalAlign.LEFT),
            Borders.figures("BM25"),
            Borders.figures("95 % interval"),
            Borders.figures("personalised"),
            Borders.figures("95 % interval"),
            Borders.figures("ratio"),
            Borders.figures("95 % interval") };
        return AsciiTable.builder().border(Borders.ROUND).lineSeparator("\n").data(columns, lines.toArray(String[][]::new)).asString();
    }

    private String[] line(String figure) {
        Interval bm25 = quality.mean(RankedBy.BM25, figure);
        Interval affinity = quality.mean(RankedBy.AFFINITY, figure);
        Interval ratio = quality.ratio(figure);
        return new String[] {
            figure.toUpperCase(Locale.ROOT),
            number(bm25.value(), 4),
            range(bm25, 4),
            number(affinity.value(), 4),
            range(affinity, 4),
            "×" + number(ratio.value(), 2),
            range(ratio, 2) };
    }

    private static String range(Interval interval, int digits) {
        return number(interval.low(), digits) + " – " + number(interval.high(), digits);
    }

    private static String number(double value, int digits) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%." + digits + "f", value) : "–";
    }
}
