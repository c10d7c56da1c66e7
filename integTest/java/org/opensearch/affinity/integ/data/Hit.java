package org.opensearch.affinity.integ.data;

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
 * @param disliked the number of the aversion that it meets most, if the explanation names one that matters
 */
public record Hit(String id, String title, String category, double score, OptionalInt liked, OptionalInt disliked) {
    /** An aversion that takes less than this from the affinity is not worth a word. */
    private static final double WORTH_A_WORD = 0.15;
    private static final Pattern INTEREST = Pattern.compile("(dis)?liked interest #(\\d+)");

    /** The hits of a search answer. */
    public static List<Hit> all(JsonNode answer) {
        List<Hit> hits = new ArrayList<>();
        answer.path("hits").path("hits").forEach(hit -> hits.add(of(hit)));
        return hits;
    }

    private static Hit of(JsonNode hit) {
        OptionalInt liked = OptionalInt.empty();
        OptionalInt disliked = OptionalInt.empty();
        for (JsonNode reason : hit.path("_explanation").findParents("description")) {
            Matcher interest = INTEREST.matcher(reason.path("description").asText());
            if (interest.find()) {
                OptionalInt number = OptionalInt.of(Integer.parseInt(interest.group(2)));
                if (interest.group(1) == null) {
                    liked = number;
                } else if (Math.abs(reason.path("value").asDouble()) >= WORTH_A_WORD) {
                    disliked = number;
                }
            }
        }
        JsonNode source = hit.path("_source");
        String title = source.path("title").asText(hit.path("_id").asText());
        List<String> categories = new ArrayList<>();
        source.path("categories").forEach(category -> categories.add(category.asText()));
        // A path says enough; flat words say more together.
        String category = categories.isEmpty() || categories.getFirst().contains(" > ") ? first(categories) : String.join(", ", categories);
        return new Hit(hit.path("_id").asText(), title, category, hit.path("_score").asDouble(), liked, disliked);
    }

    private static String first(List<String> categories) {
        return categories.isEmpty() ? "" : categories.getFirst();
    }
}
