package org.opensearch.affinity.integ.bench.peers;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import org.opensearch.affinity.integ.bench.common.Borders;
import org.opensearch.affinity.integ.bench.common.Lap;
import org.opensearch.affinity.integ.bench.common.Race;
import org.opensearch.affinity.integ.bench.common.Spread;

import java.util.List;

/**
 * A line for each way to encode at ingest.
 *
 * @param base the contestant that others are compared with
 */
record PeersTable(List<Line> lines, Race race, String base) {
    /** @param cosine the least one against the vectors of text_embedding */
    record Line(String key, String title, double cosine) {}

    @Override
    public String toString() {
        Column[] columns = {
            Borders.words("median over rounds"),
            Borders.figures("docs/s"),
            Borders.figures("ratio"),
            Borders.figures("least – most"),
            Borders.figures("docs/CPU s"),
            Borders.figures("CPU ratio"),
            Borders.figures("least cosine") };
        String[][] cells = lines.stream().map(this::cells).toArray(String[][]::new);
        return AsciiTable.builder().border(Borders.ROUND).lineSeparator("\n").data(columns, cells).asString();
    }

    private String[] cells(Line line) {
        Spread ratio = race.ratio(line.key(), base, Lap::perSecond);
        return new String[] {
            line.title(),
            Borders.number(race.figure(line.key(), Lap::perSecond).median(), 1),
            "×" + Borders.number(ratio.median(), 2),
            Borders.range(ratio, 2),
            Borders.number(race.figure(line.key(), Lap::perCpuSecond).median(), 1),
            "×" + Borders.number(race.ratio(line.key(), base, Lap::perCpuSecond).median(), 2),
            Borders.number(line.cosine(), 7) };
    }
}
