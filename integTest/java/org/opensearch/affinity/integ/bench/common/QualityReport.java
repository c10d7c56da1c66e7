package org.opensearch.affinity.integ.bench.common;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import org.opensearch.affinity.evaluate.Interval;
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

/** Evaluates the rankings of a shop, shows tables and writes {@code quality-<set>.json}. */
public final class QualityReport {
    /** The names of all groups of users. */
    public static final List<String> GROUPS = Stream.of(KnownEvents.values()).map(KnownEvents::toString).toList();

    private static final List<String> COMPARED = List.of("ndcg@10", "mrr", "coverage@10", "novelty@10");

    /**
     * Another ranking of the same searches.
     *
     * @param ranking parameters that differ
     */
    public record Variant(String name, ObjectNode ranking) {
        /** A ranking that explores: items with few events may gain by chance. */
        public static Variant explore(double weight) {
            return new Variant("explore " + weight, Rest.JSON.createObjectNode().put("explore", weight));
        }

        /** A ranking without some signals. */
        public static Variant without(List<String> signals) {
            ObjectNode ranking = Rest.JSON.createObjectNode();
            ObjectNode weights = ranking.putObject("signals");
            signals.forEach(signal -> weights.put(signal, 0));
            return new Variant("no " + String.join(", ", signals), ranking);
        }
    }

    private final Screen screen;
    private final ResultFiles results;
    private final NodeEvaluation evaluation;

    public QualityReport(Screen screen, ResultFiles results, NodeEvaluation evaluation) {
        this.screen = screen;
        this.results = results;
        this.evaluation = evaluation;
    }

    /**
     * Evaluates, prints and writes.
     *
     * @param limit    evaluates at most so many queries
     * @param groups   of users that are shown; all are written
     * @param variants that are evaluated too
     * @param settings further entries of the file
     */
    public void make(DataSet set, Split split, int limit, List<String> groups, List<Variant> variants,
        ObjectNode settings) throws IOException {
        Quality quality;
        double seconds;
        try (Step step = screen.step("Measuring")) {
            quality = evaluation.run(set, split, limit, Rest.JSON.createObjectNode(), step);
            seconds = step.seconds();
            step.done(String.format(Locale.ROOT, "%,d %s queries evaluated, each with three rankings", quality.queries(), split.word()));
        }
        screen.print(new QualityTables(quality, groups).toString());
        screen.print(screen.dim(" MRR over the first " + NodeEvaluation.DEPTH
            + " hits; by known events: NDCG@10; intervals: bootstrap over queries"));
        if (quality.leaks() > 0) {
            screen.print(screen.dim(String.format(Locale.ROOT,
                " %,d more queries were skipped: their users have events at their time or later", quality.leaks())));
        }
        ObjectNode json = results.json().put("set", set.name()).put("split", split.word());
        json.setAll(quality.json());
        json.put("depth", NodeEvaluation.DEPTH).put("seconds", seconds);
        json.setAll(settings);
        compare(set, split, limit, variants, quality, json);
        screen.print(screen.dim(" full precision in "
            + results.write("quality-" + set.name() + (set.queriesNewItems() ? "-new" : "") + ".json", json)));
    }

    /** Evaluates the variants and compares them with the usual ranking. */
    private void compare(DataSet set, Split split, int limit, List<Variant> variants, Quality usual, ObjectNode json) throws IOException {
        List<String[]> lines = new ArrayList<>();
        lines.add(line("usual", usual, json));
        for (Variant variant : variants) {
            try (Step step = screen.step("Evaluating a variant")) {
                Quality quality = evaluation.run(set, split, limit, variant.ranking, step);
                lines.add(line(variant.name, quality, json));
                step.done("evaluated again: " + variant.name);
            }
        }
        if (variants.isEmpty() == false) {
            Column[] columns = Stream.concat(Stream.of(Tables.words("ranked")), COMPARED.stream().map(Tables::figures))
                .toArray(Column[]::new);
            screen.print(AsciiTable.builder().border(Tables.ROUND).lineSeparator("\n").data(columns, lines.toArray(String[][]::new))
                .asString());
        }
    }

    private static String[] line(String name, Quality quality, ObjectNode json) {
        ObjectNode row = json.withArray("/variants").addObject().put("ranked", name);
        List<String> cells = new ArrayList<>(List.of(name));
        for (String figure : COMPARED) {
            Interval found = quality.figure(RankedBy.PERSONALISED, figure);
            row.put(figure, found.value());
            boolean hasInterval = figure.equals(COMPARED.getFirst());
            String interval = hasInterval ? " (" + Tables.number(found.low(), 4) + " – " + Tables.number(found.high(), 4) + ")" : "";
            cells.add(Tables.number(found.value(), 4) + interval);
            if (hasInterval) {
                row.putArray("interval_95").add(found.low()).add(found.high());
            }
        }
        return cells.toArray(String[]::new);
    }
}
