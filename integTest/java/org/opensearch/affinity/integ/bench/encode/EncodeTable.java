package org.opensearch.affinity.integ.bench.encode;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import org.opensearch.affinity.encode.pack.EncoderContestant;
import org.opensearch.affinity.integ.bench.common.Borders;
import org.opensearch.affinity.integ.bench.common.Lap;
import org.opensearch.affinity.integ.bench.common.Race;
import org.opensearch.affinity.integ.bench.common.Spread;

import java.util.List;
import java.util.Map;

/** A line for each contestant. */
record EncodeTable(List<EncoderContestant> contestants, Race race, Map<String, Double> cosines) {
    @Override
    public String toString() {
        Column[] columns = {
            Borders.words("median over rounds"),
            Borders.figures("texts/CPU s"),
            Borders.figures("texts/s"),
            Borders.figures("ratio"),
            Borders.figures("least – most"),
            Borders.figures("least cosine") };
        String[][] lines = contestants.stream().map(this::line).toArray(String[][]::new);
        return AsciiTable.builder().border(Borders.ROUND).lineSeparator("\n").data(columns, lines).asString();
    }

    private String[] line(EncoderContestant contestant) {
        String key = contestant.key();
        Spread ratio = race.ratio(key, EncodeRun.NAIVE, Lap::perCpuSecond);
        return new String[] {
            contestant.title(),
            Borders.number(race.figure(key, Lap::perCpuSecond).median(), 1),
            Borders.number(race.figure(key, Lap::perSecond).median(), 1),
            "×" + Borders.number(ratio.median(), 2),
            Borders.range(ratio, 2),
            Borders.number(cosines.get(key), 7) };
    }
}
