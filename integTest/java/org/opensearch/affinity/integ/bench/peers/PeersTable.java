package org.opensearch.affinity.integ.bench.peers;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import org.opensearch.affinity.integ.bench.common.Measurement;
import org.opensearch.affinity.integ.bench.common.Rounds;
import org.opensearch.affinity.integ.bench.common.Spread;
import org.opensearch.affinity.integ.bench.common.Tables;

import java.util.List;

/**
 * A table with a line for each way to encode at ingest.
 *
 * @param base key of the line that others are compared with
 */
record PeersTable(List<Line> lines, Rounds rounds, String base) {
    /** @param cosine the least cosine to the vectors of text_embedding */
    record Line(String key, String title, double cosine) {}

    @Override
    public String toString() {
        Column[] columns = {
            Tables.words("median over rounds"),
            Tables.figures("docs/s"),
            Tables.figures("ratio"),
            Tables.figures("least – most"),
            Tables.figures("docs/CPU s"),
            Tables.figures("CPU ratio"),
            Tables.figures("least cosine") };
        String[][] cells = lines.stream().map(this::cells).toArray(String[][]::new);
        return AsciiTable.builder().border(Tables.ROUND).lineSeparator("\n").data(columns, cells).asString();
    }

    private String[] cells(Line line) {
        Spread ratio = rounds.ratio(line.key(), base, Measurement::perSecond);
        return new String[] {
            line.title(),
            Tables.number(rounds.figure(line.key(), Measurement::perSecond).median(), 1),
            "×" + Tables.number(ratio.median(), 2),
            Tables.range(ratio, 2),
            Tables.number(rounds.figure(line.key(), Measurement::perCpuSecond).median(), 1),
            "×" + Tables.number(rounds.ratio(line.key(), base, Measurement::perCpuSecond).median(), 2),
            Tables.number(line.cosine(), 7) };
    }
}
