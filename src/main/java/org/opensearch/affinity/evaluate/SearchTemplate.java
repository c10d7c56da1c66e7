package org.opensearch.affinity.evaluate;

import org.opensearch.affinity.retrieve.AffinityQueryBuilder;
import org.opensearch.affinity.retrieve.SeenQueryBuilder;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.affinity.xcontent.FieldPath;
import org.opensearch.common.xcontent.LoggingDeprecationHandler;
import org.opensearch.common.xcontent.XContentFactory;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.common.io.stream.StreamInput;
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
 * The application's search with placeholders, such as <code>{{user_query}}</code>, for values of a judged query. Placeholders are replaced
 * within string values after the body was parsed, so a user's text stays text and cannot change the search. Immutable.
 */
final class SearchTemplate {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{\\s*(\\w+)\\s*}}");
    private static final List<String> PLACEHOLDERS = List.of("user_query", "user_id", "timestamp");
    /** Parts of a search that take time and do not change the order of hits. */
    private static final Set<String> LEFT_OUT = Set.of(
        "aggs", "aggregations", "highlight", "suggest", "fields", "stored_fields", "script_fields", "explain", "profile", "version"
    );
    private static final FieldPath BODY = FieldPath.body("[affinity] ");
    private static final FieldPath RANKING = BODY.field("ranking");
    private static final Set<String> PROFILE_QUERIES = Set.of(SeenQueryBuilder.NAME, AffinityQueryBuilder.NAME);

    private final Tracker tracker;
    private final Map<String, Object> body;
    private final Map<String, Object> ranking;
    private final NamedXContentRegistry xContent;

    /** @throws IllegalArgumentException naming the field and what would be right */
    SearchTemplate(EvaluateRequest request, Tracker tracker, NamedXContentRegistry xContent) {
        this.tracker = tracker;
        this.xContent = xContent;
        body = new LinkedHashMap<>(request.search() == null ? textSearch(tracker) : request.search());
        body.keySet().removeAll(LEFT_OUT);
        body.put("from", 0);
        body.put("size", request.depth());
        body.put("_source", false);
        body.put("track_total_hits", false);
        body.put("docvalue_fields", tracker.items().idField().equals("_id") ? List.of() : List.of(tracker.items().idField()));
        ranking = request.ranking();
        for (String name : List.of("tracker", "user", "recent")) {
            if (ranking.containsKey(name)) {
                throw RANKING.field(name).error("must not be set: each query is asked for its user, with the tracker of the path");
            }
        }
        if (ranking.containsKey("context") && ranking.get("context") instanceof Map<?, ?> == false) {
            throw RANKING.field("context").mustBe("an object such as {\"device\": \"phone\"}", ranking.get("context"));
        }
        requirePlaceholders(body);
        requirePlaceholders(ranking);
        requireUnranked();
    }

    private static Map<String, Object> textSearch(Tracker tracker) {
        if (tracker.items().textFields().isEmpty()) {
            throw new IllegalArgumentException(
                "[affinity] [search] is required, as the tracker [" + tracker.name() + "] has no [items.text_fields]: give the body of "
                    + "your search, with [{{user_query}}] for what was typed"
            );
        }
        return Map.of("query", Map.of("multi_match", Map.of("query", "{{user_query}}", "fields", tracker.items().textFields())));
    }

    private void requireUnranked() {
        if (body.get("ext") instanceof Map<?, ?> ext && ext.containsKey("affinity")) {
            throw new IllegalArgumentException(
                "[affinity] [search.ext] must not hold [affinity]: the evaluation ranks by itself, with the parameters of [ranking]"
            );
        }
        for (Object rescorer : rescorers(body)) {
            if (rescorer instanceof Map<?, ?> map && map.containsKey("affinity")) {
                throw new IllegalArgumentException(
                    "[affinity] [search.rescore] must not hold [affinity]: the evaluation adds it, with the parameters of [ranking]"
                );
            }
        }
    }

    private static List<?> rescorers(Map<String, Object> search) {
        Object rescore = search.get("rescore");
        return rescore == null ? List.of() : rescore instanceof List<?> list ? list : List.of(rescore);
    }

    /** Whether the search may read profiles: whether any field in the body has the name of a query that does. */
    boolean asksProfiles() {
        return asksProfiles(body);
    }

    /** Whether the search needs the text of a query. */
    boolean asksText() {
        return asksText(body);
    }

    private static boolean asksText(Object value) {
        return switch (value) {
            case Map<?, ?> map -> map.values().stream().anyMatch(SearchTemplate::asksText);
            case List<?> list -> list.stream().anyMatch(SearchTemplate::asksText);
            case String text -> PLACEHOLDER.matcher(text).results().anyMatch(placeholder -> placeholder.group(1).equals("user_query"));
            case null, default -> false;
        };
    }

    private static boolean asksProfiles(Object value) {
        return switch (value) {
            case Map<?, ?> map -> map.keySet().stream().anyMatch(PROFILE_QUERIES::contains)
                || map.values().stream().anyMatch(SearchTemplate::asksProfiles);
            case List<?> list -> list.stream().anyMatch(SearchTemplate::asksProfiles);
            case null, default -> false;
        };
    }

    private static void requirePlaceholders(Object value) {
        switch (value) {
            case Map<?, ?> map -> map.values().forEach(SearchTemplate::requirePlaceholders);
            case List<?> list -> list.forEach(SearchTemplate::requirePlaceholders);
            case String text -> PLACEHOLDER.matcher(text).results().forEach(placeholder -> {
                if (PLACEHOLDERS.contains(placeholder.group(1)) == false) {
                    throw BODY.failure("unknown placeholder [" + placeholder.group() + "]; known: " + PLACEHOLDERS);
                }
            });
            case null, default -> {
            }
        }
    }

    /**
     * The search of a judged query.
     *
     * @throws IllegalArgumentException if the search is wrong, or lacks a value for a placeholder
     */
    SearchSourceBuilder search(JudgedQuery query, RankedBy by) throws IOException {
        Map<String, Object> filled = new LinkedHashMap<>(filledMap(body, query));
        if (by != RankedBy.PLAIN) {
            List<Object> rescorers = new ArrayList<>(rescorers(filled));
            rescorers.add(rescorer(query, by));
            filled.put("rescore", rescorers);
        }
        try (XContentBuilder json = XContentFactory.jsonBuilder().map(filled)) {
            StreamInput bytes = BytesReference.bytes(json).streamInput();
            try (XContentParser parser = JsonXContent.jsonXContent.createParser(xContent, LoggingDeprecationHandler.INSTANCE, bytes)) {
                return SearchSourceBuilder.fromXContent(parser);
            }
        }
    }

    private Map<String, Object> rescorer(JudgedQuery query, RankedBy by) {
        Map<String, Object> affinity = new HashMap<>(filledMap(ranking, query));
        affinity.put("tracker", tracker.name());
        affinity.put("user", query.user());
        if (query.text().isEmpty() == false) {
            affinity.putIfAbsent("query_text", query.text());
        }
        if (by == RankedBy.POPULARITY) {
            affinity.put("weight", 0);
        }
        Map<Object, Object> context = new HashMap<>(tracker.contexts().ofTime(query.time()));
        if (affinity.get("context") instanceof Map<?, ?> given) {
            context.putAll(given);
        }
        if (context.isEmpty() == false) {
            affinity.put("context", context);
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
            case String text -> PLACEHOLDER.matcher(text).replaceAll(found -> Matcher.quoteReplacement(value(found.group(1), query)));
            case null, default -> value;
        };
    }

    private static String value(String placeholder, JudgedQuery query) {
        return switch (placeholder) {
            case "user_id" -> query.user();
            case "timestamp" -> query.when().toString();
            default -> {
                if (query.text().isEmpty()) {
                    throw BODY.failure(
                        "query [" + query.id() + "] has no [user_query], and the search has a placeholder for it: give what was typed"
                    );
                }
                yield query.text();
            }
        };
    }
}
