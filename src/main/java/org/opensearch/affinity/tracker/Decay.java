package org.opensearch.affinity.tracker;

/**
 * Exponential forgetting: what was worth 1 is worth ½ after one half-life. Applied when a value is next read or changed,
 * never by a sweep.
 *
 * @param halfLife in milliseconds, above 0
 */
public record Decay(long halfLife) {
    /** Nothing is forgotten. */
    public static final Decay NONE = new Decay(Long.MAX_VALUE);

    public Decay {
        if (halfLife <= 0) {
            throw new IllegalArgumentException("[half_life] must be above 0, got [" + halfLife + "ms]");
        }
    }

    /** What remains at {@code to} of 1 at {@code from}, epoch milliseconds: {@code 2^(-(to - from) / halfLife)}, 1 if to ≤ from. */
    public double factor(long from, long to) {
        return to <= from ? 1.0 : Math.pow(2.0, -((double) (to - from)) / halfLife);
    }
}
