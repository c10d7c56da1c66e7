package org.opensearch.affinity.learn;

import org.apache.lucene.util.RamUsageEstimator;

import java.util.BitSet;

/**
 * A few items that go with each item. With the history's item h of age a (0 is the newest) and weight w,
 * {@code score(j) = Σ_h w · keep^a · similarity(h, j)}. Eight bytes a neighbour.
 */
public final class Neighbours implements InterestModel {
    private final int[][] ordinals;
    private final float[][] similarities;
    private final double keep;

    /**
     * @param ordinals     by item, its neighbours, nearest first; kept, not copied
     * @param similarities as many, above 0
     * @param keep         what each item of a history counts of the next newer one, above 0, at most 1
     */
    public Neighbours(int[][] ordinals, float[][] similarities, double keep) {
        this.ordinals = ordinals;
        this.similarities = similarities;
        this.keep = keep;
    }

    @Override
    public int items() {
        return ordinals.length;
    }

    /** How many neighbours an item has. */
    public int size(int item) {
        return ordinals[item].length;
    }

    /** The neighbour at a rank, 0 being the nearest. */
    public int neighbour(int item, int rank) {
        return ordinals[item][rank];
    }

    public float similarity(int item, int rank) {
        return similarities[item][rank];
    }

    /** What each item of a history counts of the next newer one. */
    public double keep() {
        return keep;
    }

    /** Items that have a neighbour or are one: of the others it is not known what they go with. */
    public BitSet known() {
        BitSet known = new BitSet(ordinals.length);
        for (int item = 0; item < ordinals.length; item++) {
            for (int other : ordinals[item]) {
                known.set(item);
                known.set(other);
            }
        }
        return known;
    }

    @Override
    public void score(WeightedHistory history, float factor, float[] into) {
        WeightedHistory faded = history.faded(keep);
        for (int i = 0; i < faded.size(); i++) {
            int[] near = ordinals[faded.items()[i]];
            float[] by = similarities[faded.items()[i]];
            float weight = factor * faded.weights()[i];
            for (int rank = 0; rank < near.length; rank++) {
                into[near[rank]] += weight * by[rank];
            }
        }
    }

    @Override
    public long ramBytesUsed() {
        long bytes = 2 * RamUsageEstimator.shallowSizeOf(ordinals);
        for (int item = 0; item < ordinals.length; item++) {
            bytes += RamUsageEstimator.sizeOf(ordinals[item]) + RamUsageEstimator.sizeOf(similarities[item]);
        }
        return bytes;
    }
}
