package org.opensearch.affinity.item;

import org.opensearch.common.util.BitMixer;

/** The formulae of the exploration bonus: a confidence width that shrinks with observations, and a reproducible random draw. */
public final class Exploration {
    private Exploration() {}

    /**
     * The width of a confidence bound after a number of observations, {@code 1 / √(1 + n)}. Source: UCB1, Auer et al., Machine
     * Learning 47, 2002, without the factor that is common to all items and grows with time.
     *
     * @param observations at least 0
     * @return 1 for no observations, falling to 0
     */
    public static double confidenceWidth(long observations) {
        return 1 / Math.sqrt(1 + observations);
    }

    /** A pseudo-random number from 0 to 1 that depends on the item and the seed alone, so it is the same on every node. */
    public static double draw(long item, int seed) {
        return (BitMixer.mix(Long.hashCode(item), seed) >>> 1) / (double) Integer.MAX_VALUE;
    }
}
