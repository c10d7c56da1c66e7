package org.opensearch.affinity.integ.bench.common;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/** Measurements of several methods in rounds: in each round every method is measured once. Not thread-safe. */
public final class Rounds {
    private final Map<String, List<Measurement>> measurements = new LinkedHashMap<>();

    /** Adds the measurement of a method in the next round. */
    public void add(String method, Measurement measurement) {
        measurements.computeIfAbsent(method, key -> new ArrayList<>()).add(measurement);
    }

    /** The methods, in the order of their first measurements. */
    public Set<String> methods() {
        return measurements.keySet();
    }

    List<Measurement> measurements(String method) {
        List<Measurement> found = measurements.get(method);
        if (found == null) {
            throw new IllegalArgumentException("unknown method [" + method + "]; measured: " + measurements.keySet());
        }
        return List.copyOf(found);
    }

    /** A figure of a method over all rounds. */
    public Spread figure(String method, ToDoubleFunction<Measurement> figure) {
        return Spread.of(measurements(method).stream().mapToDouble(figure).toArray());
    }

    /** The ratio of a figure of two methods, taken in each round. */
    public Spread ratio(String method, String base, ToDoubleFunction<Measurement> figure) {
        return Spread.ratio(values(method, figure), values(base, figure));
    }

    private List<Double> values(String method, ToDoubleFunction<Measurement> figure) {
        return measurements(method).stream().map(figure::applyAsDouble).toList();
    }
}
