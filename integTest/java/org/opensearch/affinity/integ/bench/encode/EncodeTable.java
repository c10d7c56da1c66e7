package org.opensearch.affinity.integ.bench.encode;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import org.opensearch.affinity.encode.pack.EncoderContestant;
import org.opensearch.affinity.integ.bench.common.Measurement;
import org.opensearch.affinity.integ.bench.common.Rounds;
import org.opensearch.affinity.integ.bench.common.Spread;
import org.opensearch.affinity.integ.bench.common.Tables;

import java.util.List;
import java.util.Map;

/** A table with a line for each way to run the model. */
record EncodeTable(List<EncoderContestant> contestants, Rounds rounds, Map<String, Double> cosines) {
    @Override
    public String toString() {
        Column[] columns = {
            Tables.words("median over rounds"),
            Tables.figures("texts/CPU s"),
            Tables.figures("texts/s"),
            Tables.figures("ratio"),
            Tables.figures("least – most"),
            Tables.figures("least cosine") };
        String[][] lines = contestants.stream().map(this::line).toArray(String[][]::new);
        return AsciiTable.builder().border(Tables.ROUND).lineSeparator("\n").data(columns, lines).asString();
    }

    private String[] line(EncoderContestant contestant) {
        String key = contestant.key();
        Spread ratio = rounds.ratio(key, EncodeRun.NAIVE, Measurement::perCpuSecond);
        return new String[] {
            contestant.title(),
            Tables.number(rounds.figure(key, Measurement::perCpuSecond).median(), 1),
            Tables.number(rounds.figure(key, Measurement::perSecond).median(), 1),
            "×" + Tables.number(ratio.median(), 2),
            Tables.range(ratio, 2),
            Tables.number(cosines.get(key), 7) };
    }
}
