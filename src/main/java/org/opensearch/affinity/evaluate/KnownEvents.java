package org.opensearch.affinity.evaluate;

/** Groups of users by how many events are known of them when they ask. */
public enum KnownEvents {
    NONE(0, "0"),
    FEW(1, "1-2"),
    SOME(3, "3-9"),
    MANY(10, "10+");

    private final long least;
    private final String words;

    KnownEvents(long least, String words) {
        this.least = least;
        this.words = words;
    }

    /** The group of a user of whom so many events are known. */
    static KnownEvents of(long events) {
        KnownEvents group = NONE;
        for (KnownEvents next : values()) {
            group = events >= next.least ? next : group;
        }
        return group;
    }

    /** As answers name it. */
    @Override
    public String toString() {
        return words;
    }
}
