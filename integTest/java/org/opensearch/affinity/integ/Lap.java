package org.opensearch.affinity.integ;

/**
 * One turn of one contestant.
 *
 * @param texts       how many it encoded
 * @param cpuSeconds  what its process used on all cores
 * @param wallSeconds what the clock showed
 */
record Lap(int texts, double cpuSeconds, double wallSeconds) {
    double perCpuSecond() {
        return texts / cpuSeconds;
    }

    double perSecond() {
        return texts / wallSeconds;
    }
}
