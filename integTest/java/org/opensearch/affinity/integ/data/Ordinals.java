package org.opensearch.affinity.integ.data;

import java.util.HashMap;
import java.util.Map;

/** Assigns numbers to names, from 0 in the order of their first use. Not thread-safe. */
public final class Ordinals {
    private final Map<String, Integer> numbers = new HashMap<>();

    /** Returns the number of a name, a new one for a new name. */
    public int of(String name) {
        return numbers.computeIfAbsent(name, unknown -> numbers.size());
    }

    /** Returns the number of a name; null for an unknown name. */
    public Integer known(String name) {
        return numbers.get(name);
    }

    public int size() {
        return numbers.size();
    }
}
