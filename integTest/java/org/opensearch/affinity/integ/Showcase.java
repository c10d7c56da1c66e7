package org.opensearch.affinity.integ;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

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
        Comparator<Map.Entry<String, Set<String>>> mostAsked = Comparator.comparingInt(entry -> -entry.getValue().size());
        List<Map.Entry<String, Set<String>>> texts = askers.entrySet().stream().filter(entry -> entry.getValue().size() > 1).sorted(mostAsked).limit(TEXTS).toList();
        Showcase best = null;
        int least = Integer.MAX_VALUE;
        for (Map.Entry<String, Set<String>> text : texts) {
            Comparator<String> mostEvents = Comparator.comparingLong(user -> -events.getOrDefault(user, 0L));
            List<String> users = text.getValue().stream().sorted(mostEvents).limit(USERS_A_TEXT).toList();
            List<Set<String>> seen = seen(rest, shopQuery, text.getKey(), users);
            for (int a = 0; a < users.size(); a++) {
                for (int b = a + 1; b < users.size(); b++) {
                    int common = common(seen.get(a), seen.get(b));
                    if (common < least && seen.get(a).isEmpty() == false) {
                        least = common;
                        best = new Showcase(text.getKey(), List.of(users.get(a), users.get(b)));
                    }
                }
            }
        }
        if (best == null) {
            throw new IOException("no two users of " + set.name() + " asked the same query");
        }
        return best;
    }

    private static List<Set<String>> seen(Rest rest, ShopQuery shopQuery, String text, List<String> users) {
        StringBuilder lines = new StringBuilder();
        for (String user : users) {
            ObjectNode body = shopQuery.personal(text, user, SEEN);
            lines.append("{}\n").append(body).append('\n');
        }
        List<Set<String>> seen = new ArrayList<>();
        for (JsonNode answer : rest.lines("/" + Shop.ITEMS + "/_msearch", lines.toString()).path("responses")) {
            Set<String> ids = new HashSet<>();
            answer.path("hits").path("hits").forEach(hit -> ids.add(hit.path("_id").asText()));
            seen.add(ids);
        }
        return seen;
    }

    private static int common(Set<String> a, Set<String> b) {
        Set<String> both = new HashSet<>(a);
        both.retainAll(b);
        return both.size();
    }

    private static Map<String, Long> eventsByUser(DataSet set, Split split) throws IOException {
        Map<String, Long> counts = new HashMap<>();
        try (Stream<ObjectNode> events = set.events(split)) {
            events.forEach(event -> counts.merge(event.path("user_id").asText(), 1L, Long::sum));
        }
        return counts;
    }
}
