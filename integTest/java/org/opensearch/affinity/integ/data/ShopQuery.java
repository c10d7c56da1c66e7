package org.opensearch.affinity.integ.data;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.integ.cluster.Rest;

import java.util.List;

/**
 * The search that a shop would send: BM25 over its text fields, the fields' scores summed, nothing tuned; where it is asked
 * for, also what means the same, and what the user had last; and all that for a user, which differs by the rescorer alone.
 *
 * @param type    how {@code multi_match} joins the fields
 * @param window  how many of the best documents of a shard are rescored
 * @param weight  how much affinity counts, null for the plugin's default
 * @param meaning boost of {@code affinity_text} beside BM25, null to search by words alone
 * @param again   boost of {@code affinity_seen} beside them in judged queries, null to leave it out
 */
public record ShopQuery(List<String> fields, String type, String tracker, int window, Double weight, Double meaning, Double again) {
    /** Nobody waits here, and a text that is not encoded in time would be measured as if nobody had asked for it. */
    private static final String PATIENT = "30s";

    /** By words alone. */
    public ShopQuery(List<String> fields, String type, String tracker, int window, Double weight) {
        this(fields, type, tracker, window, weight, null, null);
    }

    /** The unpersonalised search. */
    public ObjectNode bm25(String text, int size) {
        ObjectNode body = Rest.JSON.createObjectNode();
        body.put("size", size);
        body.put("_source", false);
        ObjectNode query = body.putObject("query");
        if (meaning == null) {
            words(query, text);
            return body;
        }
        ArrayNode should = query.putObject("bool").putArray("should");
        words(should.addObject(), text);
        means(should.addObject(), text);
        return body;
    }

    private void means(ObjectNode query, String text) {
        ObjectNode means = query.putObject("affinity_text");
        means.put("text", text).put("tracker", tracker).put("boost", meaning).put("timeout", PATIENT);
        // As many as will be rescored: what is not found cannot be ranked.
        means.put("k", window);
    }

    private void words(ObjectNode query, String text) {
        ObjectNode match = query.putObject("multi_match");
        match.put("query", text).put("type", type);
        ArrayNode names = match.putArray("fields");
        fields.forEach(names::add);
    }

    /** This search for whatever was typed, by whomever. */
    public ObjectNode judged(int depth) {
        ObjectNode search = bm25("{{user_query}}", depth);
        if (again != null) {
            ObjectNode asked = (ObjectNode) search.remove("query");
            ArrayNode should = search.putObject("query").putObject("bool").putArray("should").add(asked);
            should.addObject().putObject("affinity_seen").put("tracker", tracker).put("user", "{{user_id}}").put("boost", again);
        }
        return search;
    }

    /** What {@code _evaluate} is told: that search, ranked as this says, {@code depth} hits of it. */
    public ObjectNode evaluation(int depth) {
        ObjectNode body = Rest.JSON.createObjectNode();
        body.set("search", judged(depth));
        ObjectNode ranking = body.putObject("ranking").put("window_size", window).put("query_text", "{{user_query}}");
        if (weight != null) {
            ranking.put("weight", weight);
        }
        return body.put("depth", depth);
    }

    /** The same search for a user. */
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

    /** The same, with the reasons of each hit. */
    public ObjectNode personalWithReasons(String text, String user, int size) {
        ObjectNode body = personal(text, user, size);
        body.withObject("/rescore/affinity").put("why", true);
        return body;
    }
}
