package org.opensearch.affinity.integ.bench.quality;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import org.opensearch.affinity.integ.bench.common.Tables;

import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** What each signal adds to the NDCG@10 of held-back queries, by the description of a model. */
final class GainsTable {
    private final JsonNode searches;
    private final JsonNode forYou;

    GainsTable(JsonNode model) {
        searches = model.path("fusion").path("gains");
        forYou = model.path("for_you").path("fusion").path("gains");
    }

    boolean isEmpty() {
        return searches.isEmpty() && forYou.isEmpty();
    }

    @Override
    public String toString() {
        Set<String> names = new TreeSet<>();
        searches.fieldNames().forEachRemaining(names::add);
        forYou.fieldNames().forEachRemaining(names::add);
        String[][] lines = names.stream()
            .map(name -> new String[] { name, cell(searches.path(name)), cell(forYou.path(name)) })
            .toArray(String[][]::new);
        Column[] columns = {
            Tables.words("what it adds to NDCG@10"),
            Tables.figures("searches by text"),
            Tables.figures("without a text") };
        return AsciiTable.builder().border(Tables.ROUND).lineSeparator("\n").data(columns, lines).asString();
    }

    private static String cell(JsonNode gain) {
        if (gain.isMissingNode()) {
            return "";
        }
        JsonNode bounds = gain.path("ndcg@10_95");
        return String.format(Locale.ROOT, "%+.4f (%+.4f – %+.4f)", gain.path("ndcg@10").asDouble(), bounds.path(0).asDouble(),
            bounds.path(1).asDouble());
    }
}
