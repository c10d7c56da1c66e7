package org.opensearch.affinity.evaluate;

import org.opensearch.affinity.retrieve.AffinityQueryBuilder;
import org.opensearch.affinity.retrieve.SeenQueryBuilder;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.affinity.xcontent.ParsedObject;
import org.opensearch.common.xcontent.LoggingDeprecationHandler;
import org.opensearch.common.xcontent.XContentFactory;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.xcontent.NamedXContentRegistry;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.search.builder.SearchSourceBuilder;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The application's search, with places such as <code>{{user_query}}</code> for what a judged query says. Places are filled inside
 * of string values once the body was read, so nothing that a user typed can become a part of the search but as text. Immutable.
 */
final class SearchTemplate {
    private static final Pattern PLACE = Pattern.compile("\\{\\{\\s*(\\w+)\\s*}}");
    private static final List<String> PLACES = List.of("user_query", "user_id", "timestamp");
    /** What costs time and says nothing of ranks. */
    private static final Set<String> LEFT_OUT = Set.of(
        "aggs", "aggregations", "highlight", "suggest", "fields", "stored_fields", "script_fields", "explain", "profile", "version"
    );

    private static final Set<String> PROFILE_QUERIES = Set.of(SeenQueryBuilder.NAME, AffinityQueryBuilder.NAME);

    private final Tracker tracker;
    private final Map<String, Object> body;
    private final Map<String, Object> ranking;
    private final NamedXContentRegistry xContent;

    /** @throws IllegalArgumentException naming what is wrong and what would be right */
    SearchTemplate(EvaluateRequest request, Tracker tracker, NamedXContentRegistry xContent) {
        this.tracker = tracker;
        this.xContent = xContent;
        body = new LinkedHashMap<>(request.search() == null ? byWords(tracker) : request.search());
        body.keySet().removeAll(LEFT_OUT);
        body.put("from", 0);
        body.put("size", request.depth());
        body.put("_source", false);
        body.put("track_total_hits", false);
        body.put("docvalue_fields", tracker.items().idField().equals("_id") ? List.of() : List.of(tracker.items().idField()));
        ranking = request.ranking();
        for (String name : List.of("tracker", "user", "recent")) {
            if (ranking.containsKey(name)) {
                throw new IllegalArgumentException("[affinity] [ranking." + name + "] must not be said: each query is asked for its user and the tracker of the path");
            }
        }
        requirePlaces(body);
        requirePlaces(ranking);
        requireUnranked();
    }

    private static Map<String, Object> byWords(Tracker tracker) {
        if (tracker.items().textFields().isEmpty()) {
            throw new IllegalArgumentException(
                "[affinity] [search] is required, as the tracker [" + tracker.name() + "] has no [items.text_fields]: give the body of your search, with [{{user_query}}] for what was typed"
            );
        }
        return Map.of("query", Map.of("multi_match", Map.of("query", "{{user_query}}", "fields", tracker.items().textFields())));
    }

    private void requireUnranked() {
        for (Object rescorer : rescorers()) {
            if (rescorer instanceof Map<?, ?> map && map.containsKey("affinity")) {
                throw new IllegalArgumentException("[affinity] [search.rescore] must not hold [affinity]: the evaluation adds it, with what [ranking] says");
            }
        }
    }

    private List<?> rescorers() {
        Object said = body.get("rescore");
        return said == null ? List.of() : said instanceof List<?> list ? list : List.of(said);
    }

    /** Whether anything in the body is a query that looks into a profile, or might be one. */
    boolean asksProfiles() {
        return asksProfiles(body);
    }

    private static boolean asksProfiles(Object value) {
        return switch (value) {
            case Map<?, ?> map -> map.keySet().stream().anyMatch(PROFILE_QUERIES::contains) || map.values().stream().anyMatch(SearchTemplate::asksProfiles);
            case List<?> list -> list.stream().anyMatch(SearchTemplate::asksProfiles);
            case null, default -> false;
        };
    }

    private static void requirePlaces(Object value) {
        switch (value) {
            case Map<?, ?> map -> map.values().forEach(SearchTemplate::requirePlaces);
            case List<?> list -> list.forEach(SearchTemplate::requirePlaces);
            case String text -> PLACE.matcher(text).results().forEach(place -> {
                if (PLACES.contains(place.group(1)) == false) {
                    throw new IllegalArgumentException("[affinity] there is nothing to put in place of [" + place.group() + "]; known: " + PLACES);
                }
            });
            case null, default -> {
            }
        }
    }

    /**
     * The search of a judged query.
     *
     * @throws IllegalArgumentException if it cannot be made, saying why
     */
    SearchSourceBuilder search(JudgedQuery query, RankedBy by) throws IOException {
        Map<String, Object> filled = new LinkedHashMap<>(filledMap(body, query));
        if (by != RankedBy.PLAIN) {
            List<Object> rescorers = new ArrayList<>(filled.containsKey("rescore") ? rescorersOf(filled) : List.of());
            rescorers.add(rescorer(query, by));
            filled.put("rescore", rescorers);
        }
        try (XContentBuilder json = XContentFactory.jsonBuilder().map(filled)) {
            BytesReference bytes = BytesReference.bytes(json);
            try (XContentParser parser = JsonXContent.jsonXContent.createParser(xContent, LoggingDeprecationHandler.INSTANCE, bytes.streamInput())) {
                return SearchSourceBuilder.fromXContent(parser);
            }
        }
    }

    private static List<?> rescorersOf(Map<String, Object> search) {
        return search.get("rescore") instanceof List<?> list ? list : List.of(search.get("rescore"));
    }

    private Map<String, Object> rescorer(JudgedQuery query, RankedBy by) {
        Map<String, Object> affinity = new HashMap<>(filledMap(ranking, query));
        affinity.put("tracker", tracker.name());
        affinity.put("user", query.user());
        if (by == RankedBy.POPULARITY) {
            affinity.put("weight", 0);
        }
        Map<String, Object> circumstances = new HashMap<>(tracker.contexts().ofTime(query.time()));
        if (affinity.containsKey("context")) {
            circumstances.putAll(ParsedObject.of("ranking.context", affinity.get("context"), "{\"device\": \"phone\"}").said());
        }
        if (circumstances.isEmpty() == false) {
            affinity.put("context", circumstances);
        }
        Map<String, Object> rescorer = new HashMap<>();
        Object window = affinity.remove("window_size");
        if (window != null) {
            rescorer.put("window_size", window);
        }
        rescorer.put("affinity", affinity);
        return rescorer;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> filledMap(Map<String, Object> map, JudgedQuery query) {
        return (Map<String, Object>) filled(map, query);
    }

    private static Object filled(Object value, JudgedQuery query) {
        return switch (value) {
            case Map<?, ?> map -> {
                Map<String, Object> filled = new LinkedHashMap<>();
                map.forEach((key, inner) -> filled.put(key.toString(), filled(inner, query)));
                yield filled;
            }
            case List<?> list -> {
                List<Object> filled = new ArrayList<>(list.size());
                list.forEach(inner -> filled.add(filled(inner, query)));
                yield filled;
            }
            case String text -> PLACE.matcher(text).replaceAll(place -> Matcher.quoteReplacement(said(place.group(1), query)));
            case null, default -> value;
        };
    }

    private static String said(String place, JudgedQuery query) {
        return switch (place) {
            case "user_id" -> query.user();
            case "timestamp" -> query.when().toString();
            default -> {
                if (query.text().isEmpty()) {
                    throw new IllegalArgumentException("[affinity] query [" + query.id() + "] has no [user_query], and the search has a place for it: give what was typed");
                }
                yield query.text();
            }
        };
    }
}
