package org.opensearch.affinity.integ.bench.common;

import com.fasterxml.jackson.databind.node.ObjectNode;

import java.util.Arrays;

/** The latencies of searches, measured by the client. Not thread-safe. */
public final class Latencies {
    private long[] nanos = new long[1024];
    private int count;

    /** @param tookNanos latency of one search in nanoseconds */
    public void add(long tookNanos) {
        if (count == nanos.length) {
            nanos = Arrays.copyOf(nanos, 2 * count);
        }
        nanos[count++] = tookNanos;
    }

    public int count() {
        return count;
    }

    /**
     * Returns a quantile of the latencies in milliseconds, by nearest rank: always a measured value.
     *
     * @param fraction above 0, at most 1
     */
    public double quantile(double fraction) {
        if (count == 0) {
            throw new IllegalStateException("nothing was measured");
        }
        long[] sorted = Arrays.copyOf(nanos, count);
        Arrays.sort(sorted);
        return sorted[(int) Math.ceil(fraction * count) - 1] / 1e6;
    }

    public double p50() {
        return quantile(0.5);
    }

    public double p99() {
        return quantile(0.99);
    }

    /** Writes quantiles in milliseconds. */
    public void write(ObjectNode parent, String name) {
        parent.putObject(name).put("p50", p50()).put("p90", quantile(0.9)).put("p99", p99()).put("searches", count);
    }
}
