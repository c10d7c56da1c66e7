package org.opensearch.affinity.integ.bench.common;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import org.opensearch.affinity.evaluate.KnownEvents;
import org.opensearch.affinity.evaluate.RankedBy;
import org.opensearch.affinity.integ.cluster.Rest;
import org.opensearch.affinity.integ.console.Screen;
import org.opensearch.affinity.integ.console.Step;
import org.opensearch.affinity.integ.data.DataSet;
import org.opensearch.affinity.integ.data.Split;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** How good the rankings of a shop are: has its node evaluate them, shows tables and writes {@code quality-<set>.json}. */
public final class QualityReport {
    /** All groups of users. */
    public static final List<String> GROUPS = Stream.of(KnownEvents.values()).map(KnownEvents::toString).toList();

    private static final List<String> COMPARED = List.of("ndcg@10", "mrr", "coverage@10", "novelty@10");

    /** The same searches, ranked by something else beside. */
    public record Variant(String name, ObjectNode ranking) {
        /** With items that little is known of gaining by chance. */
        public static Variant explore(double weight) {
            return new Variant("explore " + weight, Rest.JSON.createObjectNode().put("explore", weight));
        }

        /** Without a signal. */
        public static Variant without(String signal) {
            ObjectNode ranking = Rest.JSON.createObjectNode();
            ranking.putObject("signals").put(signal, 0);
            return new Variant("no " + signal, ranking);
        }
    }

    private final Screen screen;
    private final ResultFiles figures;
    private final NodeEvaluation evaluation;

    public QualityReport(Screen screen, ResultFiles figures, NodeEvaluation evaluation) {
        this.screen = screen;
        this.figures = figures;
        this.evaluation = evaluation;
    }

    /**
     * @param limit  how many queries of the split at most
     * @param groups of users that are shown; all are written
     * @param variants that are measured too
     * @param said   what else is to stand in the file
     */
    public void make(DataSet set, Split split, int limit, List<String> groups, List<Variant> variants, ObjectNode said) throws IOException {
        Quality quality;
        double seconds;
        try (Step step = screen.step("Measuring")) {
            quality = evaluation.run(set, split, limit, Rest.JSON.createObjectNode(), step);
            seconds = step.seconds();
            step.done(String.format(Locale.ROOT, "%,d %s queries asked, each in three ways", quality.queries(), split.word()));
        }
        screen.print(new QualityTables(quality, groups).toString());
        screen.print(screen.dim(" MRR over the first " + NodeEvaluation.DEPTH + " hits; by known events: NDCG@10; intervals by bootstrap over queries"));
        if (quality.leaks() > 0) {
            screen.print(screen.dim(String.format(Locale.ROOT, " %,d more queries are left out: the log has events of their users at their time or later", quality.leaks())));
        }
        ObjectNode json = figures.json().put("set", set.name()).put("split", split.word());
        json.setAll(quality.json());
        json.put("depth", NodeEvaluation.DEPTH).put("seconds", seconds);
        json.setAll(said);
        compare(set, split, limit, variants, quality, json);
        screen.print(screen.dim(" full precision in " + figures.write("quality-" + set.name() + (set.queriesNewItems() ? "-new" : "") + ".json", json)));
    }

    /** What others rank like, beside the ranking as it is. */
    private void compare(DataSet set, Split split, int limit, List<Variant> variants, Quality usual, ObjectNode json) throws IOException {
        List<String[]> lines = new ArrayList<>();
        lines.add(line("as it is", usual, json));
        for (Variant variant : variants) {
            try (Step step = screen.step("Asking again")) {
                Quality quality = evaluation.run(set, split, limit, variant.ranking, step);
                lines.add(line(variant.name, quality, json));
                step.done("asked again, " + variant.name);
            }
        }
        if (variants.isEmpty() == false) {
            Column[] columns = Stream.concat(Stream.of(Tables.words("ranked")), COMPARED.stream().map(Tables::figures)).toArray(Column[]::new);
            screen.print(AsciiTable.builder().border(Tables.ROUND).lineSeparator("\n").data(columns, lines.toArray(String[][]::new)).asString());
        }
    }

    private static String[] line(String name, Quality quality, ObjectNode json) {
        ObjectNode row = json.withArray("/variants").addObject().put("ranked", name);
        List<String> cells = new ArrayList<>(List.of(name));
        for (String figure : COMPARED) {
            double value = quality.figure(RankedBy.PERSONALISED, figure).value();
            row.put(figure, value);
            cells.add(Tables.number(value, 4));
        }
        return cells.toArray(String[]::new);
    }
}
