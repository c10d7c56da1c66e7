package org.opensearch.affinity.integ.bench.track;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import org.opensearch.affinity.integ.bench.common.Borders;
import org.opensearch.affinity.integ.bench.common.Lap;
import org.opensearch.affinity.integ.bench.common.Spread;

import java.util.ArrayList;
import java.util.List;

/** The figures of tracking, a table for each thing that was measured. */
record TrackTables(TrackFigures figures) {
    @Override
    public String toString() {
        return String.join("\n", catchingUp(), indexing(), freshness());
    }

    private String catchingUp() {
        Column[] columns = {
            Borders.words("Catching up"), Borders.figures("events"), Borders.figures("users"), Borders.figures("indexed/s"),
            Borders.figures("caught up/s"), Borders.figures("CPU ms/1,000"), Borders.figures("bytes/profile") };
        return table(columns, figures.catchUps().stream().map(each -> new String[] {
            each.log(),
            Borders.number(each.indexed().texts(), 0),
            Borders.number(each.stats().users(), 0),
            Borders.number(each.indexed().perSecond(), 0),
            Borders.number(each.eventsPerSecond(), 0),
            Borders.number(each.cpuMillis(), 0),
            Borders.number(figures.bytesPerProfile(each.log()), 0) }).toList());
    }

    private String indexing() {
        Column[] columns = {
            Borders.words("Indexing"), Borders.figures("events/s"), Borders.figures("least – most"), Borders.figures("ratio"),
            Borders.figures("least – most"), Borders.figures("behind at the end") };
        List<String[]> lines = new ArrayList<>();
        for (String contestant : figures.indexing().contestants()) {
            Spread rate = figures.indexing().figure(contestant, Lap::perSecond);
            boolean tracked = contestant.equals(TrackFigures.TRACKED);
            lines.add(new String[] {
                tracked ? "while a tracker follows" : "without a tracker",
                Borders.number(rate.median(), 0),
                Borders.range(rate, 0),
                tracked ? "×" + Borders.number(figures.indexingRatio().median(), 2) : "",
                tracked ? Borders.range(figures.indexingRatio(), 2) : "",
                tracked ? Borders.number(100 * figures.behind().median(), 0) + " %" : "" });
        }
        return table(columns, lines);
    }

    private String freshness() {
        Column[] columns = {
            Borders.words("From event to ranking"), Borders.figures("p50 ms"), Borders.figures("p90 ms"), Borders.figures("p99 ms"),
            Borders.figures("most ms"), Borders.figures("probes") };
        List<String[]> lines = new ArrayList<>();
        figures.freshness().forEach((rate, measured) -> lines.add(new String[] {
            "at " + Borders.number(measured.rate(), 0) + " events/s",
            Borders.number(measured.took().p50(), 0),
            Borders.number(measured.took().quantile(0.9), 0),
            Borders.number(measured.took().p99(), 0),
            Borders.number(measured.took().quantile(1), 0),
            Borders.number(measured.took().count(), 0) }));
        return table(columns, lines);
    }

    private static String table(Column[] columns, List<String[]> lines) {
        return AsciiTable.builder().border(Borders.ROUND).lineSeparator("\n").data(columns, lines.toArray(String[][]::new)).asString();
    }
}
