package org.opensearch.affinity.integ.data;

import com.fasterxml.jackson.databind.node.ObjectNode;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Popularity of items: how often each occurs in a log. It is a numeric field of the items and a signal of the tracker.
 *
 * @param events number of events by item id; items without events are missing
 * @param weight of the signal, 0 to 20
 */
public record ItemCounts(Map<String, Integer> events, double weight) {
    /** The field of the items, and the name of the signal. */
    static final String FIELD = "popularity";

    /** Counts a log. */
    public static ItemCounts of(Stream<ObjectNode> log, double weight) {
        Map<String, Integer> events = new HashMap<>();
        log.forEach(event -> events.merge(event.at("/event_attributes/object/object_id").asText(), 1, Integer::sum));
        return new ItemCounts(events, weight);
    }

    /** Adds the field to an item. */
    ObjectNode mark(ObjectNode item) {
        return item.put(FIELD, events.getOrDefault(item.path("item_id").asText(), 0));
    }

    /** Adds the signal to a tracker. Its value is one half for an item with the mean number of events, taken over items with events. */
    void addTo(ObjectNode tracker) {
        double mean = events.values().stream().mapToInt(Integer::intValue).average().orElse(1);
        tracker.putObject("signals").putObject(FIELD).put("field", FIELD).put("pivot", mean).put("weight", weight);
    }
}
