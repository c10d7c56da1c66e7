package org.opensearch.affinity.integ.bench.common;

import com.fasterxml.jackson.databind.node.ObjectNode;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** A figure over rounds. */
public record Spread(double median, double least, double most) {
    /** The median of an even number of values is the mean of the middle two. */
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

    /** One value divided by the other, round by round: what slows a whole round down cancels out. */
    static Spread ratio(List<Double> above, List<Double> below) {
        if (above.size() != below.size()) {
            throw new IllegalArgumentException(above.size() + " rounds against " + below.size());
        }
        return of(IntStream.range(0, above.size()).mapToDouble(i -> above.get(i) / below.get(i)).toArray());
    }

    public void write(ObjectNode parent, String name) {
        parent.putObject(name).put("median", median).put("min", least).put("max", most);
    }
}
