package org.opensearch.affinity.integ.bench.common;

import com.fasterxml.jackson.databind.node.ObjectNode;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** A figure over rounds: its median, least and largest value. */
public record Spread(double median, double least, double most) {
    /** The spread of some values. The median of an even number of values is the mean of the middle two. */
    public static Spread of(double... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("no rounds");
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
        return new Spread(median, sorted[0], sorted[sorted.length - 1]);
    }

    /** The spread of ratios, taken in each round: other load of the machine, which slows a whole round down, cancels out. */
    static Spread ratio(List<Double> numerators, List<Double> denominators) {
        if (numerators.size() != denominators.size()) {
            throw new IllegalArgumentException(numerators.size() + " rounds against " + denominators.size());
        }
        return of(IntStream.range(0, numerators.size()).mapToDouble(i -> numerators.get(i) / denominators.get(i)).toArray());
    }

    /** Writes median, min and max. */
    public void write(ObjectNode parent, String name) {
        parent.putObject(name).put("median", median).put("min", least).put("max", most);
    }
}
