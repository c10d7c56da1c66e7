package org.opensearch.affinity.integ.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.integ.cluster.Rest;
import org.opensearch.affinity.integ.data.DataSet;
import org.opensearch.affinity.integ.data.Shop;
import org.opensearch.affinity.integ.data.ShopQuery;
import org.opensearch.affinity.integ.data.Split;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** A query and two users for whom its best hits differ. */
record ExampleSearch(String query, List<String> users) {
    static final List<ExampleSearch> OF_SAMPLE_SHOP = List.of(
        new ExampleSearch("light", List.of("bruno", "fida")),
        new ExampleSearch("mat", List.of("clara", "zoe"))
    );

    private static final int MOST_QUERIES = 12;
    private static final int USERS_PER_QUERY = 6;
    private static final int COMPARED_HITS = 6;
    private static final int MOST_USERS = 40;

    /**
     * Two users of one query.
     *
     * @param hits   how many of the best hits are compared
     * @param common how many of them both users have
     * @param scores the sum of the scores of both users' hits
     */
    private record Pair(ExampleSearch example, int hits, int common, double scores) {
        static final Comparator<Pair> MOST_DIFFERENT = Comparator.comparing(Pair::hits, Comparator.reverseOrder())
            .thenComparing(Pair::common)
            .thenComparing(Pair::scores, Comparator.reverseOrder());
    }

    /**
     * Finds an example in a data set: among the queries with most users, and among those users the ones with most events, the two
     * users whose best hits have least in common.
     *
     * @throws IOException when no two users have the same query
     */
    static ExampleSearch find(Rest rest, ShopQuery shopQuery, DataSet set, Split split) throws IOException {
        Map<String, Set<String>> usersByQuery = new LinkedHashMap<>();
        set.queries(split, Integer.MAX_VALUE)
            .forEach(query -> usersByQuery.computeIfAbsent(query.text(), text -> new LinkedHashSet<>()).add(query.user()));
        Map<String, Long> events = eventsByUser(set, split);
        Comparator<String> mostEvents = Comparator.comparingLong(user -> -events.getOrDefault(user, 0L));
        Comparator<Map.Entry<String, Set<String>>> mostUsers = Comparator.comparingInt(entry -> -entry.getValue().size());
        List<Pair> pairs = new ArrayList<>();
        for (Map.Entry<String, Set<String>> text : usersByQuery.entrySet().stream().sorted(mostUsers).limit(MOST_QUERIES).toList()) {
            List<String> users = text.getValue().stream().sorted(mostEvents).limit(USERS_PER_QUERY).toList();
            pairs.addAll(pairs(rest, shopQuery, text.getKey(), users));
        }
        return pairs.stream()
            .min(Pair.MOST_DIFFERENT)
            .orElseThrow(() -> new IOException("no two users of " + set.name() + " have the same query"))
            .example();
    }

    /**
     * Finds the two users whose best hits for a query have least in common.
     *
     * @throws IOException when the query finds nothing
     */
    static ExampleSearch among(Rest rest, ShopQuery shopQuery, String text, List<String> users) throws IOException {
        return pairs(rest, shopQuery, text, users).stream()
            .min(Pair.MOST_DIFFERENT)
            .orElseThrow(() -> new IOException("nothing in the shop matches “" + text + "”"))
            .example();
    }

    /** The {@value #MOST_USERS} users with most events, most first. */
    static List<String> busiest(DataSet set, Split split) throws IOException {
        Comparator<Map.Entry<String, Long>> mostEvents = Map.Entry.comparingByValue(Comparator.reverseOrder());
        return eventsByUser(set, split).entrySet().stream().sorted(mostEvents).limit(MOST_USERS).map(Map.Entry::getKey).toList();
    }

    private static List<Pair> pairs(Rest rest, ShopQuery shopQuery, String text, List<String> users) {
        List<Map<String, Double>> hits = hits(rest, shopQuery, text, users);
        List<Pair> pairs = new ArrayList<>();
        for (int a = 0; a < users.size(); a++) {
            for (int b = a + 1; b < users.size() && hits.get(a).isEmpty() == false; b++) {
                Set<String> common = new HashSet<>(hits.get(a).keySet());
                common.retainAll(hits.get(b).keySet());
                double scores = sum(hits.get(a)) + sum(hits.get(b));
                pairs.add(new Pair(new ExampleSearch(text, List.of(users.get(a), users.get(b))), hits.get(a).size(), common.size(),
                    scores));
            }
        }
        return pairs;
    }

    /** The scores of each user's best hits by item id. */
    private static List<Map<String, Double>> hits(Rest rest, ShopQuery shopQuery, String text, List<String> users) {
        StringBuilder lines = new StringBuilder();
        for (String user : users) {
            lines.append("{}\n").append(shopQuery.personal(text, user, COMPARED_HITS)).append('\n');
        }
        List<Map<String, Double>> hits = new ArrayList<>();
        for (JsonNode answer : rest.lines("/" + Shop.ITEMS + "/_msearch", lines.toString()).path("responses")) {
            Map<String, Double> scores = new HashMap<>();
            answer.path("hits").path("hits").forEach(hit -> scores.put(hit.path("_id").asText(), hit.path("_score").asDouble()));
            hits.add(scores);
        }
        return hits;
    }

    private static double sum(Map<String, Double> scores) {
        return scores.values().stream().mapToDouble(Double::doubleValue).sum();
    }

    private static Map<String, Long> eventsByUser(DataSet set, Split split) throws IOException {
        Map<String, Long> counts = new HashMap<>();
        try (Stream<ObjectNode> events = set.events(split)) {
            events.forEach(event -> counts.merge(event.path("user_id").asText(), 1L, Long::sum));
        }
        return counts;
    }
}
