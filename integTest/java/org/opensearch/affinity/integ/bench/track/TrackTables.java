package org.opensearch.affinity.integ.bench.track;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import org.opensearch.affinity.integ.bench.common.Measurement;
import org.opensearch.affinity.integ.bench.common.Spread;
import org.opensearch.affinity.integ.bench.common.Tables;

import java.util.ArrayList;
import java.util.List;

/** The measurements of tracking as tables. */
record TrackTables(TrackFigures figures) {
    @Override
    public String toString() {
        return String.join("\n", catchingUp(), indexing(), freshness());
    }

    private String catchingUp() {
        Column[] columns = {
            Tables.words("Catching up"), Tables.figures("events"), Tables.figures("users"), Tables.figures("indexed/s"),
            Tables.figures("caught up/s"), Tables.figures("CPU ms/1,000"), Tables.figures("bytes/profile") };
        return table(columns, figures.catchUps().stream().map(each -> new String[] {
            each.log(),
            Tables.number(each.indexed().operations(), 0),
            Tables.number(each.stats().users(), 0),
            Tables.number(each.indexed().perSecond(), 0),
            Tables.number(each.eventsPerSecond(), 0),
            Tables.number(each.cpuMillis(), 0),
            Tables.number(figures.bytesPerProfile(each.log()), 0) }).toList());
    }

    private String indexing() {
        Column[] columns = {
            Tables.words("Indexing"), Tables.figures("events/s"), Tables.figures("least – most"), Tables.figures("ratio"),
            Tables.figures("least – most"), Tables.figures("lag at the end") };
        List<String[]> lines = new ArrayList<>();
        for (String method : figures.indexing().methods()) {
            Spread rate = figures.indexing().figure(method, Measurement::perSecond);
            boolean tracked = method.equals(TrackFigures.TRACKED);
            lines.add(new String[] {
                tracked ? "while a tracker follows" : "without a tracker",
                Tables.number(rate.median(), 0),
                Tables.range(rate, 0),
                tracked ? "×" + Tables.number(figures.indexingRatio().median(), 2) : "",
                tracked ? Tables.range(figures.indexingRatio(), 2) : "",
                tracked ? Tables.number(100 * figures.behind().median(), 0) + " %" : "" });
        }
        return table(columns, lines);
    }

    private String freshness() {
        Column[] columns = {
            Tables.words("From event to ranking"), Tables.figures("p50 ms"), Tables.figures("p90 ms"), Tables.figures("p99 ms"),
            Tables.figures("most ms"), Tables.figures("probes") };
        List<String[]> lines = new ArrayList<>();
        figures.freshness().forEach((rate, measured) -> lines.add(new String[] {
            "at " + Tables.number(measured.rate(), 0) + " events/s",
            Tables.number(measured.delays().p50(), 0),
            Tables.number(measured.delays().quantile(0.9), 0),
            Tables.number(measured.delays().p99(), 0),
            Tables.number(measured.delays().quantile(1), 0),
            Tables.number(measured.delays().count(), 0) }));
        return table(columns, lines);
    }

    private static String table(Column[] columns, List<String[]> lines) {
        return AsciiTable.builder().border(Tables.ROUND).lineSeparator("\n").data(columns, lines.toArray(String[][]::new)).asString();
    }
}
