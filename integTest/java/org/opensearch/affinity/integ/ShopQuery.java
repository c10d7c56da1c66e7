package org.opensearch.affinity.integ;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.util.List;

/**
 * The search that a shop would send: BM25 over its text fields, the fields' scores summed, nothing tuned; and the same for a
 * user, which differs by the rescorer alone.
 *
 * @param type   how {@code multi_match} joins the fields
 * @param window how many of the best documents of a shard are rescored
 * @param weight how much affinity counts, null for the plugin's default
 */
record ShopQuery(List<String> fields, String type, String tracker, int window, Double weight) {

    /** The unpersonalised search. */
    ObjectNode bm25(String text, int size) {
        ObjectNode body = Rest.JSON.createObjectNode();
        body.put("size", size);
        body.put("_source", false);
        ObjectNode match = body.putObject("query").putObject("multi_match");
        match.put("query", text).put("type", type);
        ArrayNode names = match.putArray("fields");
        fields.forEach(names::add);
        return body;
    }

    /** The same search for a user. */
    ObjectNode personal(String text, String user, int size) {
        ObjectNode body = bm25(text, size);
        ObjectNode rescore = body.putObject("rescore");
        rescore.put("window_size", window);
        ObjectNode affinity = rescore.putObject("affinity").put("tracker", tracker).put("user", user);
        if (weight != null) {
            affinity.put("weight", weight);
        }
        return body;
    }
}
