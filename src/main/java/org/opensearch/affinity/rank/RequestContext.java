package org.opensearch.affinity.rank;

import org.opensearch.affinity.tracker.Tracker;

import java.util.List;
import java.util.Map;

/**
 * When and in which circumstances somebody searches.
 *
 * @param now      epoch milliseconds
 * @param contexts those of the tracker, {@code name=value}
 */
public record RequestContext(long now, List<String> contexts) {
    /**
     * @param said by the request
     * @throws IllegalArgumentException for a context that the tracker does not list
     */
    public static RequestContext of(Tracker tracker, Map<String, String> said, long now) {
        return new RequestContext(now, tracker.contexts().requested(said, now));
    }
}
