package org.opensearch.affinity.train.sample;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The part of a log that was learned from, when that was not all of it.
 *
 * @param usersFraction fraction of all users that belong to the sample, 0 to 1
 * @param eventsRead    number of events of all users
 * @param eventsUsed    number of events that were learned from
 * @param byMemory      whether the circuit breaker, and not the setting, kept the sample small
 */
public record SampledPart(double usersFraction, long eventsRead, long eventsUsed, boolean byMemory) {
    /** Returns the description that is stored with the model. */
    public Map<String, Object> describe() {
        Map<String, Object> description = new LinkedHashMap<>();
        description.put("users_fraction", usersFraction);
        description.put("events_read", eventsRead);
        description.put("events_used", eventsUsed);
        description.put("limited_by", byMemory ? "circuit_breaker" : "max_events");
        return description;
    }
}
