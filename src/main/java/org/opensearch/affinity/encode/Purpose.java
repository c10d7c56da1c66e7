package org.opensearch.affinity.encode;

import java.util.Arrays;
import java.util.Locale;

/** What a text is encoded for; some models want a different prefix for each. */
public enum Purpose {
    /** The words of somebody who searches and waits. */
    QUERY,
    /** What is searched. */
    ITEM;

    /** @throws IllegalArgumentException naming the values that would be right */
    public static Purpose parse(String name) {
        for (Purpose purpose : values()) {
            if (purpose.toString().equals(name)) {
                return purpose;
            }
        }
        throw new IllegalArgumentException("unknown purpose [" + name + "]; one of " + Arrays.toString(values()));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
