package org.opensearch.affinity.integ.bench.common;

/**
 * One turn of one contestant.
 *
 * @param texts       how many it encoded
 * @param cpuSeconds  what its process used on all cores
 * @param wallSeconds what the clock showed
 */
public record Measurement(int texts, double cpuSeconds, double wallSeconds) {
    public double perCpuSecond() {
        return texts / cpuSeconds;
    }

    public double perSecond() {
        return texts / wallSeconds;
    }
}
