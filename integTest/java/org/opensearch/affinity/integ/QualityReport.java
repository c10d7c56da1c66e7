package org.opensearch.affinity.integ;

import com.fasterxml.jackson.databind.node.ObjectNode;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;

import org.opensearch.affinity.evaluate.KnownEvents;
import org.opensearch.affinity.evaluate.RankedBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** How good the rankings of a shop are: has its node evaluate them, shows tables and writes {@code quality-<set>.json}. */
final class QualityReport {
    /** All groups of users. */
    static final List<String> GROUPS = Stream.of(KnownEvents.values()).map(KnownEvents::toString).toList();

    private static final List<String> EXPLORED = List.of("ndcg@10", "mrr", "coverage@10", "novelty@10");

    private final Screen screen;
    private final Figures figures;
    private final Evaluation evaluation;

    QualityReport(Screen screen, Figures figures, Evaluation evaluation) {
        this.screen = screen;
        this.figures = figures;
        this.evaluation = evaluation;
    }

    /**
     * @param limit  how many queries of the split at most
     * @param groups of users that are shown; all are written
     * @param explore weights of chance that are measured too
     * @param said   what else is to stand in the file
     */
    void make(DataSet set, Split split, int limit, List<String> groups, List<Double> explore, ObjectNode said) throws IOException {
        Quality quality;
        double seconds;
        try (Step step = screen.step("Measuring")) {
            quality = evaluation.run(set, split, limit, 0, step);
            seconds = step.seconds();
            step.done(String.format(Locale.ROOT, "%,d %s queries asked, each in three ways", quality.queries(), split.word()));
        }
        screen.print(new QualityTables(quality, groups).toString());
        screen.print(screen.dim(" MRR over the first " + Evaluation.DEPTH + " hits; by known events: NDCG@10; intervals by bootstrap over queries"));
        if (quality.leaks() > 0) {
            screen.print(screen.dim(String.format(Locale.ROOT, " %,d more queries are left out: the log has events of their users at their time or later", quality.leaks())));
        }
        ObjectNode json = figures.json().put("set", set.name()).put("split", split.word());
        json.setAll(quality.json());
        json.put("depth", Evaluation.DEPTH).put("seconds", seconds);
        json.setAll(said);
        explore(set, split, limit, explore, quality, json);
        screen.print(screen.dim(" full precision in " + figures.write("quality-" + set.name() + ".json", json)));
    }

    /** What chance costs and what it shows, beside the ranking without it. */
    private void explore(DataSet set, Split split, int limit, List<Double> weights, Quality without, ObjectNode json) throws IOException {
        List<String[]> lines = new ArrayList<>();
        lines.add(line(0, without, json));
        for (double weight : weights) {
            try (Step step = screen.step("Exploring")) {
                Quality quality = evaluation.run(set, split, limit, weight, step);
                lines.add(line(weight, quality, json));
                step.done("asked again with explore " + weight);
            }
        }
        if (weights.isEmpty() == false) {
            Column[] columns = Stream.concat(Stream.of(Borders.figures("explore")), EXPLORED.stream().map(Borders::figures)).toArray(Column[]::new);
            screen.print(AsciiTable.builder().border(Borders.ROUND).lineSeparator("\n").data(columns, lines.toArray(String[][]::new)).asString());
        }
    }

    private static String[] line(double weight, Quality quality, ObjectNode json) {
        ObjectNode row = json.withArray("/explore").addObject().put("explore", weight);
        List<String> cells = new ArrayList<>(List.of(Borders.number(weight, 2)));
        for (String figure : EXPLORED) {
            double value = quality.figure(RankedBy.PERSONALISED, figure).value();
            row.put(figure, value);
            cells.add(Borders.number(value, 4));
        }
        return cells.toArray(String[]::new);
    }
}
