package org.opensearch.affinity.integ;

import com.fasterxml.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One result, and why it stands where it stands.
 *
 * @param liked    the number of the interest that it meets best, if the explanation names one
 * @param disliked the number of the aversion that it meets most, if the explanation names one
 */
record Hit(String id, String title, String category, double score, OptionalInt liked, OptionalInt disliked) {
    private static final Pattern INTEREST = Pattern.compile("(dis)?liked interest #(\\d+)");

    /** The hits of a search answer. */
    static List<Hit> all(JsonNode answer) {
        List<Hit> hits = new ArrayList<>();
        answer.path("hits").path("hits").forEach(hit -> hits.add(of(hit)));
        return hits;
    }

    private static Hit of(JsonNode hit) {
        OptionalInt liked = OptionalInt.empty();
        OptionalInt disliked = OptionalInt.empty();
        for (String description : hit.path("_explanation").findValuesAsText("description")) {
            Matcher interest = INTEREST.matcher(description);
            if (interest.find()) {
                OptionalInt number = OptionalInt.of(Integer.parseInt(interest.group(2)));
                liked = interest.group(1) == null ? number : liked;
                disliked = interest.group(1) == null ? disliked : number;
            }
        }
        JsonNode source = hit.path("_source");
        String title = source.path("title").asText(hit.path("_id").asText());
        String category = source.path("categories").path(0).asText("");
        return new Hit(hit.path("_id").asText(), title, category, hit.path("_score").asDouble(), liked, disliked);
    }
}
