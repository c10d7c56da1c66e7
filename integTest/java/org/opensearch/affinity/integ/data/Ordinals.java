package org.opensearch.affinity.integ.data;

import java.util.HashMap;
import java.util.Map;

/** Numbers for names, from 0 in the order in which they were met. */
public final class Ordinals {
    private final Map<String, Integer> known = new HashMap<>();

    public int of(String name) {
        return known.computeIfAbsent(name, unknown -> known.size());
    }

    /** Null for a name that was not met. */
    public Integer known(String name) {
        return known.get(name);
    }

    public int size() {
        return known.size();
    }
}
