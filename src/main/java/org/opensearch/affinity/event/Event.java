package org.opensearch.affinity.event;

import java.util.List;

/**
 * One action of one user on one item, as read from the behaviour log. Immutable.
 *
 * @param user     the name under which the profile is stored, or the name in the log before it was replaced by a pseudonym
 * @param item     the item's id
 * @param action   the name of the action, such as {@code click}
 * @param time     epoch milliseconds
 * @param id       32-bit hash of the event's id; events of one document have the same
 * @param contexts the contexts of the event as {@code name=value}, see {@code Contexts}; empty without any
 * @param rating   the user's rating of the item, any finite number; NaN without one
 */
public record Event(String user, String item, String action, long time, int id, List<String> contexts, float rating) {
    /** An event without a rating. */
    public Event(String user, String item, String action, long time, int id, List<String> contexts) {
        this(user, item, action, time, id, contexts, Float.NaN);
    }

    /**
     * Why an event changes no interest. {@code _stats} and stored progress use the names in lower case, and nodes send the
     * ordinals to each other: constants may only be added, at the end.
     */
    public enum SkipReason {
        /** The document is not a JSON object, or a field has the wrong type or several values. */
        MALFORMED,
        /** None of the tracker's user fields has a value. */
        NO_USER,
        /** The item field has no value. */
        NO_ITEM,
        /** The action field has no value. */
        NO_ACTION,
        /** The time is missing or is not a date. */
        NO_TIMESTAMP,
        /** The time is more than a day ahead. Applying the event would decay all other interests as of that time. */
        FUTURE_TIMESTAMP,
        /** The tracker defines no weight for the action. */
        UNWEIGHTED_ACTION,
        /** The item index has no such item. */
        UNKNOWN_ITEM,
        /** The item has no vector. */
        ITEM_WITHOUT_VECTOR,
        /** An event of the same id is in the user's history. */
        DUPLICATE,
        /** The event exceeds a limit per item or per session of {@code EventLimits}; it is added to the history nevertheless. */
        REPEATED,
        /** The user exceeds the events per minute of {@code EventLimits}; the event is added to the history nevertheless. */
        TOO_FAST,
        /** The event is not later than the time at which its user was forgotten. */
        FORGOTTEN,
        /** The user opted out. */
        OPTED_OUT,
        /** The event is an impression: it counts for its item only. */
        IMPRESSION,
        /** The time is before 1990, as numbers of seconds are that are read as milliseconds. */
        IMPLAUSIBLE_TIMESTAMP;

        /** Whether the event is in the user's history and event count although it changes no interest. */
        public boolean isRestrained() {
            return this == REPEATED || this == TOO_FAST;
        }

        /** Whether the event counts neither for its user nor for its item. */
        public boolean isIgnored() {
            return isRestrained() == false && this != IMPRESSION;
        }
    }

    /** Returns the same event with another user name. */
    public Event withUser(String name) {
        return name.equals(user) ? this : new Event(name, item, action, time, id, contexts, rating);
    }

    /**
     * Returns an event for an item of a search's {@code recent} list, which is not in the log.
     *
     * @param time epoch milliseconds
     */
    public static Event recent(String user, String item, long time) {
        return new Event(user, item, "recent", time, item.hashCode(), List.of());
    }
}
