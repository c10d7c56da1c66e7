package org.opensearch.affinity.integ.bench.soak;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.integ.cluster.Rest;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a process took over a soak. Models, thread-local buffers and compiled code come with the first batches, so growth
 * counts from the end of the first tenth.
 *
 * @param points in their order, evenly spaced, ten or a multiple of ten
 */
record SoakCurve(List<SoakPoint> points) {
    /** Over 90,000 batches, 186 bytes a batch. Compiled code and the allocators' own steps take some of it. */
    static final long RESIDENT_BOUND = 16L << 20;
    /** 46 bytes a batch: the heap is measured after a collection and has no steps. */
    static final long HEAP_BOUND = 4L << 20;

    SoakCurve {
        if (points.isEmpty() || points.size() % 10 != 0) {
            throw new IllegalArgumentException("a tenth of [" + points.size() + "] points is no point");
        }
    }

    /** The point that growth counts from. */
    SoakPoint warm() {
        return points.get(points.size() / 10 - 1);
    }

    /** Bytes; below 0 where the process shrank. */
    long residentGrowth() {
        return points.getLast().residentBytes() - warm().residentBytes();
    }

    /** Bytes; below 0 where less is in use. */
    long heapGrowth() {
        return points.getLast().heapBytes() - warm().heapBytes();
    }

    /** What grew beyond its bound, in words; empty when nothing did. */
    Optional<String> complaint() {
        if (residentGrowth() > RESIDENT_BOUND) {
            return Optional.of(grew("resident memory", residentGrowth(), RESIDENT_BOUND));
        }
        return heapGrowth() > HEAP_BOUND ? Optional.of(grew("used heap", heapGrowth(), HEAP_BOUND)) : Optional.empty();
    }

    private String grew(String what, long growth, long bound) {
        long batches = points.getLast().batches() - warm().batches();
        String format = "%s grew by %.1f MB over %,d batches, at most %.1f MB are allowed: something is not given back";
        return String.format(Locale.ROOT, format, what, growth / 1e6, batches, bound / 1e6);
    }

    /** How much it grew, for people. */
    @Override
    public String toString() {
        String format = "after the first %,d batches resident memory grew by %.1f MB (allowed %.1f), used heap by %.1f MB (%.1f)";
        return String.format(
            Locale.ROOT, format, warm().batches(), residentGrowth() / 1e6, RESIDENT_BOUND / 1e6, heapGrowth() / 1e6, HEAP_BOUND / 1e6
        );
    }

    ObjectNode json() {
        ObjectNode json = Rest.JSON.createObjectNode();
        json.put("batches", points.getLast().batches()).put("seconds", points.getLast().seconds());
        json.put("resident_growth_bytes", residentGrowth()).put("resident_bound_bytes", RESIDENT_BOUND);
        json.put("heap_growth_bytes", heapGrowth()).put("heap_bound_bytes", HEAP_BOUND);
        ArrayNode curve = json.putArray("curve");
        for (SoakPoint point : points) {
            ObjectNode row = curve.addObject().put("batches", point.batches()).put("seconds", point.seconds());
            row.put("resident_bytes", point.residentBytes()).put("heap_bytes", point.heapBytes());
        }
        return json;
    }
}
