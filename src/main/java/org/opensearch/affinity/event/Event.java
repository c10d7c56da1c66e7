package org.opensearch.affinity.event;

import java.util.List;

/**
 * One act of one user on one item.
 *
 * @param time     epoch milliseconds
 * @param id       hash of the event's id
 * @param contexts in which it happened, see {@code Contexts}
 */
public record Event(String user, String item, String action, long time, int id, List<String> contexts) {
    /** Why an event changes no interest. The names are those of {@code _stats}. */
    public enum Skipped {
        /** Not a JSON object, or a field of the wrong type. */
        MALFORMED,
        /** None of the user's fields has a value. */
        NO_USER,
        NO_ITEM,
        NO_ACTION,
        /** The time is missing or no date. */
        NO_TIMESTAMP,
        /** The time is more than a day ahead: all interests would be old beside it. */
        FUTURE_TIMESTAMP,
        /** The tracker gives the action no weight. */
        UNWEIGHTED_ACTION,
        /** The item is not in the item index. */
        UNKNOWN_ITEM,
        /** The item has no vector. */
        ITEM_WITHOUT_VECTOR,
        /** An event of this id was taken in before. */
        DUPLICATE,
        /** Beyond what {@code Limits} allows of one item or one session; it is in the history all the same. */
        REPEATED,
        /** Faster than people are, see {@code Limits}; it is in the history all the same. */
        TOO_FAST,
        /** Before the moment as of which its user was forgotten. */
        FORGOTTEN,
        /** Its user wants no profile. */
        OPTED_OUT,
        /** It says that its item was shown, which counts for the item alone. */
        IMPRESSION;

        /** Whether the event is in the profile nevertheless, as one that says nothing. */
        public boolean isTaken() {
            return this == REPEATED || this == TOO_FAST;
        }

        /** Whether the event counts nowhere. */
        public boolean isLeftOut() {
            return isTaken() == false && this != IMPRESSION;
        }
    }

    /** The same act, of a user by another name. */
    public Event of(String name) {
        return name.equals(user) ? this : new Event(name, item, action, time, id, contexts);
    }

    /** One that is not in the log. */
    public static Event recent(String user, String item, long time) {
        return new Event(user, item, "recent", time, item.hashCode(), List.of());
    }
}
