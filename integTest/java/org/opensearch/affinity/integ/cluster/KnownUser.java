package org.opensearch.affinity.integ.cluster;

import com.fasterxml.jackson.databind.JsonNode;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a tracker knows of a user, heaviest interest first. */
public record KnownUser(String user, long events, List<Taste> tastes) {

    /**
     * One interest in words.
     *
     * @param share  its part of all interest, 0 to 1
     * @param weight below 0 for an aversion
     */
    public record Taste(String label, double share, double weight, List<String> titles) {
        static Taste of(JsonNode interest) {
            List<String> titles = new ArrayList<>();
            interest.path("examples").forEach(example -> titles.add(example.path("title").asText(example.path("item").asText())));
            String label = interest.path("label").asText("");
            return new Taste(label, interest.path("share").asDouble(), interest.path("weight").asDouble(), titles);
        }

        /** The label, or an item where the plugin had no words. */
        public String words() {
            return label.isBlank() && titles.isEmpty() == false ? titles.getFirst() : label;
        }
    }

    /** Empty when the tracker does not know the user. */
    public static Optional<KnownUser> of(Rest rest, String tracker, String user) {
        String path = "/_plugins/_affinity/trackers/" + tracker + "/users/" + URLEncoder.encode(user, StandardCharsets.UTF_8).replace("+", "%20");
        return rest.find(path).map(profile -> {
            List<Taste> tastes = new ArrayList<>();
            profile.path("interests").forEach(interest -> tastes.add(Taste.of(interest)));
            return new KnownUser(user, profile.path("events").asLong(), tastes);
        });
    }

    /** The interest of that number, 1 for the heaviest, as explanations count them. */
    public Optional<Taste> taste(int number) {
        return number >= 1 && number <= tastes.size() ? Optional.of(tastes.get(number - 1)) : Optional.empty();
    }
}
