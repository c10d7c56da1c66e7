package org.opensearch.affinity.integ.data;

import com.fasterxml.jackson.databind.JsonNode;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An invented user of the sample shop.
 *
 * @param about    a description, after the user's name
 * @param likes    relative frequency of visits by category path
 * @param dislikes category path of the items that the user dislikes
 */
public record Person(String user, String about, Map<String, Integer> likes, String dislikes) {
    static Person of(JsonNode line) {
        Map<String, Integer> likes = new LinkedHashMap<>();
        line.path("likes").properties().forEach(like -> likes.put(like.getKey(), like.getValue().asInt()));
        return new Person(line.path("user").asText(), line.path("about").asText(), likes, line.path("dislikes").asText());
    }
}
