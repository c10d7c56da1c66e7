package org.opensearch.affinity.integ.bench.common;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/** The laps of all contestants, round after round. */
public final class Rounds {
    private final Map<String, List<Measurement>> laps = new LinkedHashMap<>();

    public void add(String contestant, Measurement lap) {
        laps.computeIfAbsent(contestant, key -> new ArrayList<>()).add(lap);
    }

    /** In the order of their first laps. */
    public Set<String> contestants() {
        return laps.keySet();
    }

    List<Measurement> laps(String contestant) {
        List<Measurement> found = laps.get(contestant);
        if (found == null) {
            throw new IllegalArgumentException("unknown contestant [" + contestant + "]; there are " + laps.keySet());
        }
        return List.copyOf(found);
    }

    public Spread figure(String contestant, ToDoubleFunction<Measurement> figure) {
        return Spread.of(laps(contestant).stream().mapToDouble(figure).toArray());
    }

    /** How many times as fast the first is as the second. */
    public Spread ratio(String contestant, String other, ToDoubleFunction<Measurement> figure) {
        return Spread.ratio(values(contestant, figure), values(other, figure));
    }

    private List<Double> values(String contestant, ToDoubleFunction<Measurement> figure) {
        return laps(contestant).stream().map(figure::applyAsDouble).toList();
    }
}
