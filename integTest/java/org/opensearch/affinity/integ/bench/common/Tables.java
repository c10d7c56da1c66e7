package org.opensearch.affinity.integ.bench.common;

import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.HorizontalAlign;

import java.util.Locale;

/** How tables of figures look. */
public final class Tables {
    /** Round corners, one line below the headings. */
    public static final Character[] ROUND = {
        '╭', '─', '┬', '╮', '│', '│', '│', '├', '─', '┼', '┤', '│', '│', '│', null, null, null, null, null, null, null, null, null, null, null, '╰', '─', '┴', '╯' };

    private Tables() {}

    public static Column words(String heading) {
        return new Column().header(heading).headerAlign(HorizontalAlign.LEFT).dataAlign(HorizontalAlign.LEFT);
    }

    public static Column figures(String heading) {
        return new Column().header(heading).headerAlign(HorizontalAlign.LEFT).dataAlign(HorizontalAlign.RIGHT);
    }

    public static String number(double value, int digits) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%,." + digits + "f", value) : "–";
    }

    public static String range(Spread spread, int digits) {
        return number(spread.least(), digits) + " – " + number(spread.most(), digits);
    }
}
