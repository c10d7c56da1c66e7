package org.opensearch.affinity.integ.bench.common;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.evaluate.Interval;
import org.opensearch.affinity.evaluate.RankedBy;
import org.opensearch.affinity.integ.cluster.Rest;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The result of {@code _evaluate}, for all queries or for those of a group of users.
 *
 * @param found the part of the answer that contains rankings, differences and ratios
 */
record Quality(JsonNode found) {
    /** Names of the rankings in tables. */
    private static final Map<RankedBy, String> WORDS = Map.of(RankedBy.PLAIN, "BM25", RankedBy.POPULARITY, "+ popularity",
        RankedBy.PERSONALISED, "+ interest");
    private static final Map<RankedBy, String> KEYS = Map.of(RankedBy.PLAIN, "bm25", RankedBy.POPULARITY, "popularity",
        RankedBy.PERSONALISED, "affinity");

    /** Two rankings that are compared; the better one has more signals. */
    record Pair(RankedBy better, RankedBy worse) {
        /** The gain by popularity, by interests in addition, and by both. */
        static final List<Pair> ALL = List.of(
            new Pair(RankedBy.POPULARITY, RankedBy.PLAIN),
            new Pair(RankedBy.PERSONALISED, RankedBy.POPULARITY),
            new Pair(RankedBy.PERSONALISED, RankedBy.PLAIN)
        );

        String words() {
            return WORDS.get(better) + ", less " + WORDS.get(worse);
        }
    }

    static String words(RankedBy ranking) {
        return WORDS.get(ranking);
    }

    /** Number of evaluated queries. */
    int queries() {
        return found.path(found.has("evaluated") ? "evaluated" : "queries").asInt();
    }

    /** Number of queries that were skipped because their user's profile has events at their time or later. */
    int leaks() {
        return found.path("leaks").asInt();
    }

    /** A figure of one ranking. */
    Interval figure(RankedBy ranking, String name) {
        return interval(found.path("rankings").path(ranking.toString()).path(name));
    }

    /** The mean difference of a figure, better minus worse, over the same queries. */
    Interval difference(Pair pair, String name) {
        return interval(found.path("differences").path(pair.better + "_minus_" + pair.worse).path(name));
    }

    private static Interval interval(JsonNode figure) {
        return new Interval(figure.path("value").asDouble(Double.NaN), figure.path("low").asDouble(Double.NaN),
            figure.path("high").asDouble(Double.NaN));
    }

    /** The results for groups of users, by the names of the groups. */
    Map<String, Quality> groups() {
        Map<String, Quality> groups = new LinkedHashMap<>();
        found.path("groups").properties().forEach(group -> groups.put(group.getKey(), new Quality(group.getValue())));
        return groups;
    }

    /** All figures by ranking at full precision, and their intervals. */
    ObjectNode json() {
        ObjectNode json = Rest.JSON.createObjectNode().put("queries", queries()).put("leaks", leaks());
        ObjectNode intervals = Rest.JSON.createObjectNode();
        for (RankedBy ranking : RankedBy.values()) {
            String key = KEYS.get(ranking);
            write(found.path("rankings").path(ranking.toString()), json.withObject("/rankings/" + key), key, intervals);
        }
        write(found.path("ratios").path("personalised_over_plain"), json.withObject("/affinity_over_bm25"), "affinity_over_bm25",
            intervals);
        for (Pair pair : Pair.ALL) {
            String key = KEYS.get(pair.better) + "_minus_" + KEYS.get(pair.worse);
            write(found.path("differences").path(pair.better + "_minus_" + pair.worse), json.withObject("/" + key), key, intervals);
        }
        json.set("intervals_95", intervals);
        groups().forEach((name, group) -> json.withObject("/groups").set(name, group.json()));
        return json;
    }

    private static void write(JsonNode figures, ObjectNode values, String key, ObjectNode intervals) {
        figures.properties().forEach(figure -> {
            values.set(figure.getKey(), figure.getValue().path("value"));
            if (figure.getValue().has("low")) {
                intervals.withObject("/" + key).putArray(figure.getKey()).add(figure.getValue().path("low"))
                    .add(figure.getValue().path("high"));
            }
        });
    }
}
