package org.opensearch.affinity.integ.bench.quality;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import org.opensearch.affinity.integ.bench.common.Latencies;
import org.opensearch.affinity.integ.bench.common.ResultFiles;
import org.opensearch.affinity.integ.bench.common.Tables;
import org.opensearch.affinity.integ.cluster.Rest;
import org.opensearch.affinity.integ.console.Screen;
import org.opensearch.affinity.integ.console.Step;
import org.opensearch.affinity.integ.data.DataSet;
import org.opensearch.affinity.integ.data.Hit;
import org.opensearch.affinity.integ.data.Shop;
import org.opensearch.affinity.integ.data.Split;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Measures the query {@code affinity} without a text: each user's items of the history are left out, and the first ten hits are compared
 * with what the user wanted next. Beside it, each of what ranks is measured alone.
 */
final class ForYouReport {
    /** Signals of every tracker that need no text. A model may weigh more. */
    private static final Set<String> SIGNALS = Set.of("popularity", "popularity_all_time", "seen", "seen_last");
    private static final Set<String> SHOWN_ALONE = Set.of("popularity", "neighbours", "graph", "factors", "attention", "vae");

    private final Screen screen;
    private final ResultFiles results;
    private final Rest rest;

    ForYouReport(Screen screen, ResultFiles results, Rest rest) {
        this.screen = screen;
        this.results = results;
        this.rest = rest;
    }

    /**
     * Searches for each user, prints and writes.
     *
     * @param most     largest number of users
     * @param settings further entries of the file, with the description of the model
     */
    void make(DataSet set, Split split, int most, ObjectNode settings) throws IOException {
        List<ForYouUsers.User> users = ForYouUsers.of(set, split, most);
        ObjectNode json = results.json().put("set", set.name()).put("split", split.word()).put("users", users.size());
        Set<String> signals = new TreeSet<>(SIGNALS);
        JsonNode learned = settings.path("model").path("for_you").path("ranking");
        learned.path("signals").fieldNames().forEachRemaining(signals::add);
        String[][] lines = rankings(signals, learned).entrySet().stream().map(ranking -> {
            ForYouResult result = measured(ranking.getKey(), ranking.getValue(), users);
            json.withObject("/rankings").set(result.name(), result.json());
            return result.line();
        }).toArray(String[][]::new);
        Column[] columns = {
            Tables.words(String.format(Locale.ROOT, "for %,d users", users.size())),
            Tables.figures("HR@10"),
            Tables.figures("NDCG@10"),
            Tables.figures("ms, p50") };
        screen.print(AsciiTable.builder().border(Tables.ROUND).lineSeparator("\n").data(columns, lines).asString());
        screen.print(screen.dim(" ±: half of the 95 % interval, bootstrap over users; without a query, the user's last 50 items left out"));
        json.setAll(settings);
        screen.print(screen.dim(" full precision in " + results.write("quality-" + set.name() + "-for-you.json", json)));
    }

    /** The parameters of each ranking by name. */
    private static Map<String, ObjectNode> rankings(Set<String> signals, JsonNode learned) {
        Map<String, ObjectNode> rankings = new LinkedHashMap<>();
        rankings.put("affinity", Rest.JSON.createObjectNode());
        rankings.put("content alone", alone("", 1, signals, learned));
        signals.stream().filter(SHOWN_ALONE::contains).forEach(signal -> rankings.put(signal + " alone", alone(signal, 0, signals, learned)));
        return rankings;
    }

    /** @param learned ranking of the model */
    private static ObjectNode alone(String one, int weight, Set<String> signals, JsonNode learned) {
        ObjectNode ranking = Rest.JSON.createObjectNode().put("weight", weight);
        signals.forEach(signal -> ranking.withObject("/signals").put(signal, signal.equals(one) ? 1 : 0));
        // Curves and products of the model are for its weights.
        learned.path("curves").fieldNames().forEachRemaining(name -> {
            ArrayNode straight = ranking.withObject("/curves").putArray(name);
            straight.addArray().add(0).add(0);
            straight.addArray().add(1).add(1);
        });
        learned.path("products").fieldNames().forEachRemaining(name -> ranking.withObject("/products").put(name, 0));
        return ranking;
    }

    private ForYouResult measured(String name, ObjectNode ranking, List<ForYouUsers.User> users) {
        Latencies latencies = new Latencies();
        double[] hits = new double[users.size()];
        double[] gains = new double[users.size()];
        try (Step step = screen.step("Searching: " + name)) {
            for (int i = 0; i < users.size(); i++) {
                ObjectNode body = Rest.JSON.createObjectNode().put("size", ForYouResult.DEPTH).put("_source", false);
                ObjectNode affinity = body.putObject("query").putObject("affinity").put("tracker", Shop.TRACKER);
                affinity.put("user", users.get(i).id()).put("exclude_seen", true).setAll(ranking);
                long begin = System.nanoTime();
                List<String> found = Hit.all(rest.post("/" + Shop.ITEMS + "/_search", body)).stream().map(Hit::id).toList();
                latencies.add(System.nanoTime() - begin);
                new ForYouResult(name, hits, gains, 0).set(i, found, users.get(i).relevant());
                step.at(i, users.size(), "users");
            }
            step.done(String.format(Locale.ROOT, "%,d searches: %s", users.size(), name));
        }
        return new ForYouResult(name, hits, gains, latencies.p50());
    }
}
