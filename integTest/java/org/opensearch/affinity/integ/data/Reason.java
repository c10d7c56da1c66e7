package org.opensearch.affinity.integ.data;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * One interest's part in the affinity of a hit, as the search returns it for {@code why}.
 *
 * @param number of the interest in its user's profile, 1 for the heaviest
 * @param label  what the interest is about in words; empty while the node has not looked them up, or when it found none
 * @param match  what the interest adds to the affinity, in [-1, 1]; below 0 for an aversion
 */
public record Reason(int number, String label, double match) {
    static Reason of(JsonNode interest) {
        return new Reason(interest.path("number").asInt(), interest.path("label").asText(""), interest.path("match").asDouble());
    }
}
