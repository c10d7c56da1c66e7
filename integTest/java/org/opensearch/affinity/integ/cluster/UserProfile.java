package org.opensearch.affinity.integ.cluster;

import com.fasterxml.jackson.databind.JsonNode;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A user's profile, as the tracker's API shows it.
 *
 * @param events    number of the user's events that were applied
 * @param interests heaviest first
 */
public record UserProfile(String user, long events, List<Interest> interests) {
    /**
     * An interest.
     *
     * @param label  what it is about in words; empty when the plugin found none
     * @param share  its share of the weight of all interests, 0 to 1
     * @param weight below 0 for an aversion
     * @param titles of example items, or their ids where they have none
     */
    public record Interest(String label, double share, double weight, List<String> titles) {
        static Interest of(JsonNode interest) {
            List<String> titles = new ArrayList<>();
            interest.path("examples").forEach(example -> titles.add(example.path("title").asText(example.path("item").asText())));
            String label = interest.path("label").asText("");
            return new Interest(label, interest.path("share").asDouble(), interest.path("weight").asDouble(), titles);
        }

        /** Returns the label, or the title of an example item when there is none. */
        public String words() {
            return label.isBlank() && titles.isEmpty() == false ? titles.getFirst() : label;
        }
    }

    /** Fetches a profile; empty when the tracker has none of this user. */
    public static Optional<UserProfile> of(Rest rest, String tracker, String user) {
        String path = "/_plugins/_affinity/trackers/" + tracker + "/users/"
            + URLEncoder.encode(user, StandardCharsets.UTF_8).replace("+", "%20");
        return rest.find(path).map(profile -> {
            List<Interest> interests = new ArrayList<>();
            profile.path("interests").forEach(interest -> interests.add(Interest.of(interest)));
            return new UserProfile(user, profile.path("events").asLong(), interests);
        });
    }

    /** Returns the interest of a number, 1 for the heaviest, as the reasons of a search number them. */
    public Optional<Interest> interest(int number) {
        return number >= 1 && number <= interests.size() ? Optional.of(interests.get(number - 1)) : Optional.empty();
    }
}
