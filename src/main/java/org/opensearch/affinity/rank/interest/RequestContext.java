package org.opensearch.affinity.rank.interest;

import org.opensearch.affinity.tracker.Tracker;

import java.util.List;
import java.util.Map;

/**
 * Time and circumstances of a search. Immutable.
 *
 * @param now      time of the search, epoch milliseconds
 * @param contexts values of the tracker's contexts, each {@code name=value}
 */
public record RequestContext(long now, List<String> contexts) {
    /**
     * The context of a search at a time, epoch milliseconds. Hour and weekday are those of that time, unless the request names others.
     *
     * @param requested values in the request, by the name of the context
     * @throws IllegalArgumentException if the tracker does not list a context, or the context does not have a value
     */
    public static RequestContext of(Tracker tracker, Map<String, String> requested, long now) {
        return new RequestContext(now, tracker.contexts().requested(requested, now));
    }
}
