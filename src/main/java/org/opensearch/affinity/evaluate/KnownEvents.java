package org.opensearch.affinity.evaluate;

/** Groups of users by the number of events that their profile has at the time of a query. */
public enum KnownEvents {
    NONE(0, "0"),
    FEW(1, "1-2"),
    SOME(3, "3-9"),
    MANY(10, "10+");

    private final long min;
    private final String name;

    KnownEvents(long min, String name) {
        this.min = min;
        this.name = name;
    }

    /** Returns the group of a user by the number of events. */
    static KnownEvents of(long events) {
        KnownEvents group = NONE;
        for (KnownEvents next : values()) {
            group = events >= next.min ? next : group;
        }
        return group;
    }

    /** Returns the name in responses. */
    @Override
    public String toString() {
        return name;
    }
}
