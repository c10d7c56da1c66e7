package org.opensearch.affinity.integ.bench.soak;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.opensearch.affinity.integ.cluster.Rest;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Memory of a process over a soak. Models, thread-local buffers and compiled code come with the first batches, so growth counts from
 * the end of the first tenth.
 *
 * @param points in their order, evenly spaced; their number is a multiple of ten
 */
record SoakCurve(List<SoakPoint> points) {
    /** In bytes; 186 per batch over 90,000 batches. Compiled code and the steps of allocators take some of it. */
    static final long RESIDENT_BOUND = 16L << 20;
    /** In bytes; 46 per batch. The heap is measured after a collection and has no steps. */
    static final long HEAP_BOUND = 4L << 20;

    SoakCurve {
        if (points.isEmpty() || points.size() % 10 != 0) {
            throw new IllegalArgumentException("the number of points must be a multiple of ten, got [" + points.size() + "]");
        }
    }

    /** The point at the end of the first tenth. */
    SoakPoint warm() {
        return points.get(points.size() / 10 - 1);
    }

    /** Growth of resident memory in bytes; below 0 if it shrank. */
    long residentGrowth() {
        return points.getLast().residentBytes() - warm().residentBytes();
    }

    /** Growth of the used heap in bytes; below 0 if it shrank. */
    long heapGrowth() {
        return points.getLast().heapBytes() - warm().heapBytes();
    }

    /** An error message when memory grew beyond its bound; else empty. */
    Optional<String> complaint() {
        if (residentGrowth() > RESIDENT_BOUND) {
            return Optional.of(grew("resident memory", residentGrowth(), RESIDENT_BOUND));
        }
        return heapGrowth() > HEAP_BOUND ? Optional.of(grew("used heap", heapGrowth(), HEAP_BOUND)) : Optional.empty();
    }

    private String grew(String what, long growth, long bound) {
        long batches = points.getLast().batches() - warm().batches();
        String format = "%s grew by %.1f MB over %,d batches, at most %.1f MB are allowed: there is a leak";
        return String.format(Locale.ROOT, format, what, growth / 1e6, batches, bound / 1e6);
    }

    /** A summary of the growth. */
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
