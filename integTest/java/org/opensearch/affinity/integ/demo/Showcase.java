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

/** A query and two users who want different things by it. */
record Showcase(String query, List<String> users) {
    /** What the sample shop shows. */
    static final List<Showcase> OF_SAMPLE = List.of(
        new Showcase("light", List.of("bruno", "fida")),
        new Showcase("mat", List.of("clara", "zoe"))
    );

    private static final int TEXTS = 12;
    private static final int USERS_A_TEXT = 6;
    private static final int SEEN = 6;
    private static final int BUSIEST = 40;

    /** Two users: how many hits each sees, how many of the first both see, and how much those score. */
    private record Pair(Showcase showcase, int hits, int common, double scores) {
        static final Comparator<Pair> MOST_DIFFERENT = Comparator.comparing(Pair::hits, Comparator.reverseOrder())
            .thenComparing(Pair::common)
            .thenComparing(Pair::scores, Comparator.reverseOrder());
    }

    /**
     * Finds one in a data set: of the queries that most users asked, and of those users the ones with most events, the two
     * whose first hits have least in common.
     *
     * @throws IOException when no two users asked the same query
     */
    static Showcase find(Rest rest, ShopQuery shopQuery, DataSet set, Split split) throws IOException {
        Map<String, Set<String>> askers = new LinkedHashMap<>();
        set.queries(split, Integer.MAX_VALUE).forEach(query -> askers.computeIfAbsent(query.text(), text -> new LinkedHashSet<>()).add(query.user()));
        Map<String, Long> events = eventsByUser(set, split);
        Comparator<String> mostEvents = Comparator.comparingLong(user -> -events.getOrDefault(user, 0L));
        Comparator<Map.Entry<String, Set<String>>> mostAsked = Comparator.comparingInt(entry -> -entry.getValue().size());
        List<Pair> pairs = new ArrayList<>();
        for (Map.Entry<String, Set<String>> text : askers.entrySet().stream().sorted(mostAsked).limit(TEXTS).toList()) {
            List<String> users = text.getValue().stream().sorted(mostEvents).limit(USERS_A_TEXT).toList();
            pairs.addAll(pairs(rest, shopQuery, text.getKey(), users));
        }
        return pairs.stream().min(Pair.MOST_DIFFERENT).orElseThrow(() -> new IOException("no two users of " + set.name() + " asked the same query")).showcase();
    }

    /**
     * Of these users the two whose first hits for a query have least in common.
     *
     * @throws IOException when the query finds nothing
     */
    static Showcase among(Rest rest, ShopQuery shopQuery, String text, List<String> users) throws IOException {
        return pairs(rest, shopQuery, text, users).stream()
            .min(Pair.MOST_DIFFERENT)
            .orElseThrow(() -> new IOException("nothing in the shop matches “" + text + "”"))
            .showcase();
    }

    /** The users with most events, most first. */
    static List<String> busiest(DataSet set, Split split) throws IOException {
        Comparator<Map.Entry<String, Long>> mostEvents = Map.Entry.comparingByValue(Comparator.reverseOrder());
        return eventsByUser(set, split).entrySet().stream().sorted(mostEvents).limit(BUSIEST).map(Map.Entry::getKey).toList();
    }

    private static List<Pair> pairs(Rest rest, ShopQuery shopQuery, String text, List<String> users) {
        List<Map<String, Double>> seen = seen(rest, shopQuery, text, users);
        List<Pair> pairs = new ArrayList<>();
        for (int a = 0; a < users.size(); a++) {
            for (int b = a + 1; b < users.size() && seen.get(a).isEmpty() == false; b++) {
                Set<String> common = new HashSet<>(seen.get(a).keySet());
                common.retainAll(seen.get(b).keySet());
                double scores = sum(seen.get(a)) + sum(seen.get(b));
                pairs.add(new Pair(new Showcase(text, List.of(users.get(a), users.get(b))), seen.get(a).size(), common.size(), scores));
            }
        }
        return pairs;
    }

    /** The scores of each user's first hits. */
    private static List<Map<String, Double>> seen(Rest rest, ShopQuery shopQuery, String text, List<String> users) {
        StringBuilder lines = new StringBuilder();
        for (String user : users) {
            lines.append("{}\n").append(shopQuery.personal(text, user, SEEN)).append('\n');
        }
        List<Map<String, Double>> seen = new ArrayList<>();
        for (JsonNode answer : rest.lines("/" + Shop.ITEMS + "/_msearch", lines.toString()).path("responses")) {
            Map<String, Double> scores = new HashMap<>();
            answer.path("hits").path("hits").forEach(hit -> scores.put(hit.path("_id").asText(), hit.path("_score").asDouble()));
            seen.add(scores);
        }
        return seen;
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
