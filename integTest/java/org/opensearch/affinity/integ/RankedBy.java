package org.opensearch.affinity.integ;

import java.util.Locale;

/** The rankings that are compared, each with all that those before it have. */
enum RankedBy {
    BM25("BM25"),
    /** The tracker's own count, or the signal of {@link Popularity} where it was asked for. */
    POPULARITY("BM25 + popularity"),
    AFFINITY("BM25 + popularity + interest");

    private final String words;

    RankedBy(String words) {
        this.words = words;
    }

    /** As people read it. */
    String words() {
        return words;
    }

    /** As figures are named in files. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
