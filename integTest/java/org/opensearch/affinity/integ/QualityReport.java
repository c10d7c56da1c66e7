package org.opensearch.affinity.integ;

import com.fasterxml.jackson.databind.node.ObjectNode;

import org.opensearch.affinity.evaluate.KnownEvents;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** How good the rankings of a shop are: has its node evaluate them, shows tables and writes {@code quality-<set>.json}. */
final class QualityReport {
    /** All groups of users. */
    static final List<String> GROUPS = Stream.of(KnownEvents.values()).map(KnownEvents::toString).toList();

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
     * @param said   what else is to stand in the file
     */
    void make(DataSet set, Split split, int limit, List<String> groups, ObjectNode said) throws IOException {
        Quality quality;
        double seconds;
        try (Step step = screen.step("Measuring")) {
            quality = evaluation.run(set, split, limit, step);
            seconds = step.seconds();
            step.done(String.format(Locale.ROOT, "%,d %s queries asked, each in three ways", quality.queries(), split.word()));
        }
        screen.print(new QualityTables(quality, groups).toString());
        screen.print(screen.dim(" MRR over the first " + Evaluation.DEPTH + " hits; by known events: NDCG@10; intervals by bootstrap over queries"));
        ObjectNode json = figures.json().put("set", set.name()).put("split", split.word());
        json.setAll(quality.json());
        json.put("depth", Evaluation.DEPTH).put("seconds", seconds);
        json.setAll(said);
        screen.print(screen.dim(" full precision in " + figures.write("quality-" + set.name() + ".json", json)));
    }
}
