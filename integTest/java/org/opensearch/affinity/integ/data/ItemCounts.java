package org.opensearch.affinity.integ.data;

import com.fasterxml.jackson.databind.node.ObjectNode;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * How often each item occurs in a log, as a number of the item and a signal of the tracker.
 *
 * @param events how many events name the item, by item id; items without any are not there
 * @param weight of the signal, 0 to 20
 */
public record ItemCounts(Map<String, Integer> events, double weight) {
    /** The item's field. */
    static final String FIELD = "popularity";

    /** Counts a log. */
    public static ItemCounts of(Stream<ObjectNode> log, double weight) {
        Map<String, Integer> events = new HashMap<>();
        log.forEach(event -> events.merge(event.at("/event_attributes/object/object_id").asText(), 1, Integer::sum));
        return new ItemCounts(events, weight);
    }

    /** Writes an item's number into it. */
    ObjectNode mark(ObjectNode item) {
        return item.put(FIELD, events.getOrDefault(item.path("item_id").asText(), 0));
    }

    /** Adds the signal to a tracker; an item with as many events as the mean of those that have any gets one half. */
    void addTo(ObjectNode tracker) {
        double mean = events.values().stream().mapToInt(Integer::intValue).average().orElse(1);
        tracker.putObject("signals").putObject(FIELD).put("field", FIELD).put("pivot", mean).put("weight", weight);
    }
}
