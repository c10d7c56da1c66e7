package org.opensearch.affinity.encode.pack;

import java.util.Arrays;
import java.util.Locale;

/** How the vectors of a text's tokens become one vector. */
public enum Pooling {
    /** The mean over all tokens, padding left out. */
    MEAN,
    /** The vector of the first token. */
    CLS;

    /** @throws IllegalArgumentException naming the values that would be right */
    public static Pooling parse(String name) {
        for (Pooling pooling : values()) {
            if (pooling.toString().equals(name)) {
                return pooling;
            }
        }
        throw new IllegalArgumentException("unknown pooling [" + name + "]; one of " + Arrays.toString(values()));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
