package org.opensearch.affinity.integ.bench.learn;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import org.opensearch.affinity.evaluate.Interval;
import org.opensearch.affinity.integ.bench.common.Tables;

import java.util.List;

/** A table of predicted ratings with a line for each method, with 95 % intervals. */
record RatingTable(List<RatingResult> rows) {
    @Override
    public String toString() {
        Column[] columns = { Tables.words("ratings"), Tables.figures("rmse"), Tables.figures("mae"), Tables.figures("s"),
            Tables.figures("MB") };
        return AsciiTable.builder().border(Tables.ROUND).lineSeparator("\n")
            .data(columns, rows.stream().map(RatingTable::line).toArray(String[][]::new)).asString();
    }

    private static String[] line(RatingResult row) {
        return new String[] { row.key(), error(row.rmse()), error(row.mae()), Tables.number(row.seconds(), 1),
            Tables.number(row.megabytes(), 1) };
    }

    private static String error(Interval interval) {
        return Tables.number(interval.value(), 4) + " ± " + Tables.number((interval.high() - interval.low()) / 2, 4);
    }
}
