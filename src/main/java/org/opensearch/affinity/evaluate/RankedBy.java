package org.opensearch.affinity.evaluate;

import java.util.Locale;

/** The compared rankings. Each one adds to the one before. */
public enum RankedBy {
    /** The application's search, without personalisation. */
    PLAIN,
    /** Adds the signals that do not depend on the user, such as popularity. */
    POPULARITY,
    /** Adds the user's profile. */
    PERSONALISED;

    /** Returns the name in responses. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
