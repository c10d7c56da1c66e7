package org.opensearch.affinity.train;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What became of the queries that weights were to be learned from: each one that was read is a lesson, a check, or dropped for one reason.
 * Thread-safe.
 */
final class QueryCounts {
    /** Why a query is neither a lesson nor a check. */
    enum Dropped {
        /** No event with a positive weight names the recorded query. */
        NO_EVENT,
        /** Another record of the same query was taken. */
        REPEATED,
        /** Events of several users name the query, and its record does not say which of them asked it. */
        SEVERAL_USERS,
        /** The record has no time, or one that is unreadable or implausible. */
        NO_TIMESTAMP,
        /** The record has no text, which the search has a placeholder for. */
        NO_USER_QUERY,
        /** The log is larger than a training keeps, and the user is not in the sample, or not with all events. */
        NOT_IN_SAMPLE,
        /** More queries than a training joins, or learns from. */
        NOT_DRAWN,
        /** The search reads profiles, and that of the user has later events. */
        LATER_EVENTS,
        /** None of the hits of the search is a relevant item. */
        NO_RELEVANT_HIT,
        /** The time for checks was over. */
        NO_TIME
    }

    private final AtomicLongArray dropped = new AtomicLongArray(Dropped.values().length);
    private volatile long read;
    private volatile long joined = -1;
    private volatile long unrecorded;

    /** @param queries number of judged queries, or of documents in the index of recorded queries */
    void read(long queries) {
        read = queries;
    }

    /**
     * Sets the outcome of joining recorded queries with the log.
     *
     * @param queries number of judged queries that came of it
     * @param missing number of queries that events name and the index does not have
     */
    void joined(long queries, long missing) {
        joined = queries;
        unrecorded = missing;
    }

    long read() {
        return read;
    }

    void drop(Dropped reason, long queries) {
        dropped.addAndGet(reason.ordinal(), queries);
    }

    /** Returns the counts as they are described to callers; reasons without queries are left out. */
    Map<String, Object> describe() {
        Map<String, Object> reasons = new LinkedHashMap<>();
        Arrays.stream(Dropped.values())
            .filter(reason -> dropped.get(reason.ordinal()) > 0)
            .forEach(reason -> reasons.put(reason.name().toLowerCase(Locale.ROOT), dropped.get(reason.ordinal())));
        Map<String, Object> description = new LinkedHashMap<>();
        description.put("read", read);
        if (joined >= 0) {
            description.put("joined", joined);
            description.put("unrecorded", unrecorded);
        }
        description.put("dropped", reasons);
        return description;
    }
}
