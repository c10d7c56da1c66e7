package org.opensearch.affinity.evaluate;

import java.util.Locale;

/** The rankings that are compared, each with all that those before it have. */
public enum RankedBy {
    /** The search alone. */
    PLAIN,
    /** With what is known of items whoever searches: the tracker's signals, popularity among them. */
    POPULARITY,
    /** With the user's profile too. */
    PERSONALISED;

    /** As answers name it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
