package org.opensearch.affinity.integ.data;

import com.fasterxml.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A hit of a search.
 *
 * @param category a category path, or flat categories joined by commas; empty when the item has none
 * @param reasons  parts of the affinity, in the order of the answer; empty when the search did not ask {@code why}
 */
public record Hit(String id, String title, String category, double score, List<Reason> reasons) {
    /** Smaller parts of the affinity are not worth showing, as a share of it. */
    private static final double LEAST_SHARE = 0.1;

    /** The hits of a search answer. */
    public static List<Hit> all(JsonNode answer) {
        List<Hit> hits = new ArrayList<>();
        answer.path("hits").path("hits").forEach(hit -> hits.add(of(hit)));
        return hits;
    }

    private static Hit of(JsonNode hit) {
        List<Reason> reasons = new ArrayList<>();
        hit.path("fields").path("_affinity").path(0).path("interests").forEach(interest -> reasons.add(Reason.of(interest)));
        JsonNode source = hit.path("_source");
        String title = source.path("title").asText(hit.path("_id").asText());
        List<String> categories = new ArrayList<>();
        source.path("categories").forEach(category -> categories.add(category.asText()));
        // A path says enough; flat words say more together.
        String category = categories.isEmpty() || categories.getFirst().contains(" > ") ? first(categories) : String.join(", ", categories);
        return new Hit(hit.path("_id").asText(), title, category, hit.path("_score").asDouble(), List.copyOf(reasons));
    }

    /** The sum of all interests' matches, in [-1, 1]. */
    public double affinity() {
        return reasons.stream().mapToDouble(Reason::match).sum();
    }

    /** The liked interest with the largest match; empty when it is less than a tenth of the affinity. */
    public Optional<Reason> liked() {
        return reasons.stream().max(Comparator.comparingDouble(Reason::match)).filter(reason -> reason.match() > 0 && matters(reason));
    }

    /** The aversion with the largest match; empty when it is less than a tenth of the affinity. */
    public Optional<Reason> disliked() {
        return reasons.stream().min(Comparator.comparingDouble(Reason::match)).filter(reason -> reason.match() < 0 && matters(reason));
    }

    private boolean matters(Reason reason) {
        return Math.abs(reason.match()) >= LEAST_SHARE * Math.abs(affinity());
    }

    private static String first(List<String> categories) {
        return categories.isEmpty() ? "" : categories.getFirst();
    }
}
