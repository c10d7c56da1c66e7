package org.opensearch.affinity.integ;

import java.util.HashMap;
import java.util.Map;

/** Numbers for names, from 0 in the order in which they were met. */
final class Ordinals {
    private final Map<String, Integer> known = new HashMap<>();

    int of(String name) {
        return known.computeIfAbsent(name, unknown -> known.size());
    }

    /** Null for a name that was not met. */
    Integer known(String name) {
        return known.get(name);
    }

    int size() {
        return known.size();
    }
}
