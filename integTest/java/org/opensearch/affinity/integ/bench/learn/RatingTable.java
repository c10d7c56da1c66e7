package org.opensearch.affinity.integ.bench.learn;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import org.opensearch.affinity.evaluate.Interval;
import org.opensearch.affinity.integ.bench.common.Borders;

import java.util.List;

/** How ratings were predicted, a line a method, with 95 % intervals. */
record RatingTable(List<Predicted> rows) {
    @Override
    public String toString() {
        Column[] columns = { Borders.words("ratings"), Borders.figures("rmse"), Borders.figures("mae"), Borders.figures("s"), Borders.figures("MB") };
        return AsciiTable.builder().border(Borders.ROUND).lineSeparator("\n").data(columns, rows.stream().map(RatingTable::line).toArray(String[][]::new)).asString();
    }

    private static String[] line(Predicted row) {
        return new String[] { row.key(), error(row.rmse()), error(row.mae()), Borders.number(row.seconds(), 1), Borders.number(row.megabytes(), 1) };
    }

    private static String error(Interval interval) {
        return Borders.number(interval.value(), 4) + " ± " + Borders.number((interval.high() - interval.low()) / 2, 4);
    }
}
