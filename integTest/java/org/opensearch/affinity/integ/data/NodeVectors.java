package org.opensearch.affinity.integ.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.integ.cluster.Rest;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Fetches vectors from a node: those stored in an index, and those that its encoder makes of texts. */
public record NodeVectors(Rest rest) {
    private static final int PAGE = 1_000;

    /**
     * Returns the vector of every document by id, as Lucene stores it; null for a document without one. Refreshes the index first. For
     * indices of at most 10,000 documents.
     *
     * @param sort a field with a different value in each document
     */
    public Map<String, float[]> stored(String index, String field, String sort) {
        rest.post("/" + index + "/_refresh", null);
        Map<String, float[]> stored = new HashMap<>();
        JsonNode hits;
        int from = 0;
        do {
            ObjectNode search = Rest.JSON.createObjectNode().put("size", PAGE).put("from", from).put("_source", false);
            search.putArray("fields").add(field);
            search.putArray("sort").add(sort);
            hits = rest.post("/" + index + "/_search", search).path("hits").path("hits");
            for (JsonNode hit : hits) {
                JsonNode vector = hit.path("fields").path(field);
                stored.put(hit.path("_id").asText(), vector.isMissingNode() ? null : floats(vector));
            }
            from += PAGE;
        } while (hits.size() == PAGE && from < 10 * PAGE);
        return stored;
    }

    /** Returns the vectors of texts, in their order. */
    public List<float[]> encoded(List<String> texts) {
        List<float[]> vectors = new ArrayList<>();
        for (int from = 0; from < texts.size(); from += PAGE) {
            ObjectNode request = Rest.JSON.createObjectNode();
            texts.subList(from, Math.min(from + PAGE, texts.size())).forEach(request.putArray("texts")::add);
            rest.post("/_plugins/_affinity/_encode", request).path("vectors").forEach(vector -> vectors.add(floats(vector)));
        }
        return vectors;
    }

    private static float[] floats(JsonNode numbers) {
        float[] vector = new float[numbers.size()];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = numbers.get(i).floatValue();
        }
        return vector;
    }
}
