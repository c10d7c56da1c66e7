package org.opensearch.affinity.integ.data;

import com.fasterxml.jackson.databind.JsonNode;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Somebody invented, for the simulated log.
 *
 * @param likes    category paths and how often they are visited, relative to one another
 * @param dislikes the category path of what is not wanted
 */
public record Person(String user, String about, Map<String, Integer> likes, String dislikes) {
    static Person of(JsonNode line) {
        Map<String, Integer> likes = new LinkedHashMap<>();
        line.path("likes").properties().forEach(like -> likes.put(like.getKey(), like.getValue().asInt()));
        return new Person(line.path("user").asText(), line.path("about").asText(), likes, line.path("dislikes").asText());
    }
}
