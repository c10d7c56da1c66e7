package org.opensearch.affinity.integ.data;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.integ.cluster.Rest;

import java.util.List;

/**
 * Builds the searches of a shop: BM25 over its text fields without tuning, optionally with {@code affinity_text} and
 * {@code affinity_seen}. The search of a user differs from that without one by the rescorer alone.
 *
 * @param type    type of the {@code multi_match} query, or {@link #COMBINED}
 * @param window  number of the best documents of a shard that are rescored
 * @param weight  weight of affinity; null for the plugin's default
 * @param meaning boost of {@code affinity_text}; null to search by words alone
 * @param again   boost of {@code affinity_seen}, in judged queries only; null to leave it out
 * @param only    field that must be true for an item to be found; null to find all items
 */
public record ShopQuery(
    List<String> fields,
    String type,
    String tracker,
    int window,
    Double weight,
    Double meaning,
    Double again,
    String only
) {
    /** Long, since a search whose text is not encoded in time goes without {@code affinity_text} and would be measured so. */
    private static final String ENCODE_TIMEOUT = "30s";

    /** The name of a query that is none of {@code multi_match}: BM25 over all fields as if they were one. */
    public static final String COMBINED = "combined_fields";

    /** A search by words alone. */
    public ShopQuery(List<String> fields, String type, String tracker, int window, Double weight) {
        this(fields, type, tracker, window, weight, null, null, null);
    }

    /** The same search in another form. */
    public ShopQuery withType(String other) {
        return new ShopQuery(fields, other, tracker, window, weight, meaning, again, only);
    }

    /** The unpersonalised search. */
    public ObjectNode bm25(String text, int size) {
        ObjectNode body = Rest.JSON.createObjectNode();
        body.put("size", size);
        body.put("_source", false);
        ObjectNode query = body.putObject("query");
        if (only != null) {
            ObjectNode filtered = query.putObject("bool");
            filtered.putObject("filter").putObject("term").put(only, true);
            query = filtered.putObject("must");
        }
        if (meaning == null) {
            addWords(query, text);
            return body;
        }
        ArrayNode should = query.putObject("bool").putArray("should");
        addWords(should.addObject(), text);
        addMeaning(should.addObject(), text);
        return body;
    }

    private void addMeaning(ObjectNode query, String text) {
        ObjectNode affinityText = query.putObject("affinity_text");
        affinityText.put("text", text).put("tracker", tracker).put("boost", meaning).put("timeout", ENCODE_TIMEOUT);
        // As many as are rescored.
        affinityText.put("k", window);
    }

    private void addWords(ObjectNode query, String text) {
        ObjectNode match = query.putObject(type.equals(COMBINED) ? COMBINED : "multi_match").put("query", text);
        if (type.equals(COMBINED) == false) {
            match.put("type", type);
        }
        ArrayNode names = match.putArray("fields");
        fields.forEach(names::add);
    }

    /** The search as a template for judged queries, with {@code user_query} and {@code user_id}. */
    public ObjectNode judged(int depth) {
        ObjectNode search = bm25("{{user_query}}", depth);
        if (again != null) {
            ObjectNode query = (ObjectNode) search.remove("query");
            ArrayNode should = search.putObject("query").putObject("bool").putArray("should").add(query);
            should.addObject().putObject("affinity_seen").put("tracker", tracker).put("user", "{{user_id}}").put("boost", again);
        }
        return search;
    }

    /** The body of {@code _evaluate}: the first {@code depth} hits of {@link #judged} are evaluated. */
    public ObjectNode evaluation(int depth) {
        ObjectNode body = Rest.JSON.createObjectNode();
        body.set("search", judged(depth));
        ObjectNode ranking = body.putObject("ranking").put("window_size", window).put("query_text", "{{user_query}}");
        if (weight != null) {
            ranking.put("weight", weight);
        }
        return body.put("depth", depth);
    }

    /** The search of a user. */
    public ObjectNode personal(String text, String user, int size) {
        ObjectNode body = bm25(text, size);
        ObjectNode rescore = body.putObject("rescore");
        rescore.put("window_size", window);
        ObjectNode affinity = rescore.putObject("affinity").put("tracker", tracker).put("user", user);
        if (weight != null) {
            affinity.put("weight", weight);
        }
        return body;
    }

    /** The search of a user, with the reasons of each hit. */
    public ObjectNode personalWithReasons(String text, String user, int size) {
        ObjectNode body = personal(text, user, size);
        body.withObject("/rescore/affinity").put("why", true);
        return body;
    }
}
