package org.opensearch.affinity.integ.bench.common;

import com.fasterxml.jackson.databind.node.ObjectNode;

import java.util.Arrays;

/** How long the searches of one contestant took, as its client saw it. */
public final class Latencies {
    private long[] nanos = new long[1024];
    private int count;

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
     * Milliseconds within which a part of the searches was answered: the nearest rank, so always one that was measured.
     *
     * @param part above 0, up to 1
     */
    public double quantile(double part) {
        if (count == 0) {
            throw new IllegalStateException("nothing was measured");
        }
        long[] sorted = Arrays.copyOf(nanos, count);
        Arrays.sort(sorted);
        return sorted[(int) Math.ceil(part * count) - 1] / 1e6;
    }

    public double p50() {
        return quantile(0.5);
    }

    public double p99() {
        return quantile(0.99);
    }

    public void write(ObjectNode parent, String name) {
        parent.putObject(name).put("p50", p50()).put("p90", quantile(0.9)).put("p99", p99()).put("searches", count);
    }
}
