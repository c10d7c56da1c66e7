package org.opensearch.affinity.integ;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.HorizontalAlign;

import java.util.List;
import java.util.Locale;

/** {@link Quality} as a table: a line for each figure, the two rankings side by side. */
record QualityTable(Quality quality) {
    private static final Character[] BORDERS = {
        '╭', '─', '┬', '╮', '│', '│', '│', '├', '─', '┼', '┤', '│', '│', '│', null, null, null, null, null, null, null, null, null, null, null, '╰', '─', '┴', '╯' };

    @Override
    public String toString() {
        List<String[]> lines = Quality.FIGURES.keySet().stream().map(this::line).toList();
        Column[] columns = {
            new Column().header("mean over " + String.format(Locale.ROOT, "%,d", quality.queries()) + " queries").dataAlign(HorizontalAlign.LEFT),
            column("BM25"),
            column("95 % interval"),
            column("personalised"),
            column("95 % interval"),
            column("ratio"),
            column("95 % interval") };
        return AsciiTable.builder().border(BORDERS).lineSeparator("\n").data(columns, lines.toArray(String[][]::new)).asString();
    }

    private static Column column(String heading) {
        return new Column().header(heading).headerAlign(HorizontalAlign.LEFT).dataAlign(HorizontalAlign.RIGHT);
    }

    private String[] line(String figure) {
        Interval bm25 = Quality.mean(quality.bm25(), figure);
        Interval affinity = Quality.mean(quality.affinity(), figure);
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
