package org.opensearch.affinity.integ.bench.common;

import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.HorizontalAlign;

import java.util.Locale;

/** The format of tables of figures. */
public final class Tables {
    /** Borders with round corners and one line below the headings. */
    public static final Character[] ROUND = {
        '╭', '─', '┬', '╮', '│', '│', '│', '├', '─', '┼', '┤', '│', '│', '│', null, null, null, null, null, null, null, null, null, null,
            null, '╰', '─', '┴', '╯' };

    private Tables() {}

    /** A column of text. */
    public static Column words(String heading) {
        return new Column().header(heading).headerAlign(HorizontalAlign.LEFT).dataAlign(HorizontalAlign.LEFT);
    }

    /** A column of numbers. */
    public static Column figures(String heading) {
        return new Column().header(heading).headerAlign(HorizontalAlign.LEFT).dataAlign(HorizontalAlign.RIGHT);
    }

    /** A number with so many decimals; a dash for NaN and infinity. */
    public static String number(double value, int digits) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%,." + digits + "f", value) : "–";
    }

    /** The least and the largest value. */
    public static String range(Spread spread, int digits) {
        return number(spread.least(), digits) + " – " + number(spread.most(), digits);
    }
}
