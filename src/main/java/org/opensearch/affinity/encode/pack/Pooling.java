package org.opensearch.affinity.encode.pack;

import java.util.Arrays;
import java.util.Locale;

/** How a model combines the vectors of a text's tokens into one vector. */
public enum Pooling {
    /** The mean over all tokens without padding. */
    MEAN,
    /** The vector of the first token, [CLS]. */
    CLS;

    /**
     * Parses the name in a manifest.
     *
     * @throws IllegalArgumentException for an unknown name, naming the known ones
     */
    public static Pooling parse(String name) {
        for (Pooling pooling : values()) {
            if (pooling.toString().equals(name)) {
                return pooling;
            }
        }
        throw new IllegalArgumentException("unknown pooling [" + name + "]; known: " + Arrays.toString(values()));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
