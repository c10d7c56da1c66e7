package org.opensearch.affinity.integ.bench.common;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import org.opensearch.affinity.evaluate.Interval;
import org.opensearch.affinity.evaluate.RankedBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * {@link Quality} as tables: the rankings, their differences, and the groups of users.
 *
 * @param groups that are shown if they have queries
 */
record QualityTables(Quality quality, List<String> groups) {
    private static final List<String> FIGURES = List.of("mrr", "ndcg@10", "hr@10", "precision@10", "recall@10", "f1@10", "map@10",
        "coverage@10", "diversity@10", "novelty@10");
    private static final List<String> HEADINGS = List.of("MRR", "NDCG", "HR", "P", "R", "F1", "MAP", "cover", "divers", "novelty");
    private static final List<String> COMPARED = List.of("mrr", "ndcg@10", "hr@10");
    private static final String BY_GROUP = "ndcg@10";

    @Override
    public String toString() {
        return String.join("\n", rankings(), gains(), users());
    }

    private String rankings() {
        List<Column> columns = new ArrayList<>();
        columns.add(Tables.words(String.format(Locale.ROOT, "%,d queries, @10", quality.queries())));
        HEADINGS.forEach(heading -> columns.add(Tables.figures(heading)));
        List<String[]> lines = new ArrayList<>();
        for (RankedBy ranking : RankedBy.values()) {
            List<String> cells = new ArrayList<>(List.of(Quality.words(ranking)));
            for (String figure : FIGURES) {
                cells.add(Tables.number(quality.figure(ranking, figure).value(), figure.startsWith("novelty") ? 2 : 4));
            }
            lines.add(cells.toArray(String[]::new));
        }
        return table(columns, lines);
    }

    private String gains() {
        List<Column> columns = new ArrayList<>();
        columns.add(Tables.words("over the same queries"));
        for (String figure : COMPARED) {
            columns.add(Tables.figures(figure.toUpperCase(Locale.ROOT)));
            columns.add(Tables.figures("95 % interval"));
        }
        List<String[]> lines = new ArrayList<>();
        for (Quality.Pair pair : Quality.Pair.ALL) {
            List<String> cells = new ArrayList<>(List.of(pair.words()));
            COMPARED.forEach(figure -> add(cells, quality.difference(pair, figure)));
            lines.add(cells.toArray(String[]::new));
        }
        return table(columns, lines);
    }

    private String users() {
        List<Column> columns = new ArrayList<>(List.of(Tables.words("known events"), Tables.figures("queries")));
        for (RankedBy ranking : RankedBy.values()) {
            columns.add(Tables.figures(Quality.words(ranking)));
        }
        columns.add(Tables.figures("interest gains"));
        columns.add(Tables.figures("95 % interval"));
        List<String[]> lines = new ArrayList<>();
        for (Map.Entry<String, Quality> group : quality.groups().entrySet()) {
            if (groups.contains(group.getKey())) {
                Quality of = group.getValue();
                List<String> cells = new ArrayList<>(List.of(group.getKey(), String.format(Locale.ROOT, "%,d", of.queries())));
                for (RankedBy ranking : RankedBy.values()) {
                    cells.add(Tables.number(of.figure(ranking, BY_GROUP).value(), 4));
                }
                add(cells, of.difference(Quality.Pair.ALL.get(1), BY_GROUP));
                lines.add(cells.toArray(String[]::new));
            }
        }
        return table(columns, lines);
    }

    private static void add(List<String> cells, Interval interval) {
        cells.add(Tables.number(interval.value(), 4));
        cells.add(Tables.number(interval.low(), 4) + " – " + Tables.number(interval.high(), 4));
    }

    private static String table(List<Column> columns, List<String[]> lines) {
        return AsciiTable.builder()
            .border(Tables.ROUND)
            .lineSeparator("\n")
            .data(columns.toArray(Column[]::new), lines.toArray(String[][]::new))
            .asString();
    }
}
