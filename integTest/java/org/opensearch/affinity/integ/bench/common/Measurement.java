package org.opensearch.affinity.integ.bench.common;

/**
 * What some operations of one method took: texts, documents, searches or events.
 *
 * @param operations  their number
 * @param cpuSeconds  CPU time of the process on all cores, in seconds
 * @param wallSeconds elapsed time, in seconds
 */
public record Measurement(int operations, double cpuSeconds, double wallSeconds) {
    /** Operations per second of CPU time. */
    public double perCpuSecond() {
        return operations / cpuSeconds;
    }

    /** Operations per second of elapsed time. */
    public double perSecond() {
        return operations / wallSeconds;
    }
}
