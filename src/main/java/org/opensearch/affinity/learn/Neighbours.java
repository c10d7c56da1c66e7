package org.opensearch.affinity.learn;

import org.apache.lucene.util.RamUsageEstimator;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Item-item neighbours: a few similar items per item. For the history's items h of weight w and age a (0 is the newest),
 * {@code score(j) = Σ_h w · recencyDecay^a · similarity(h, j)}. Takes eight bytes per neighbour.
 */
public final class Neighbours implements InterestModel {
    private final int[][] neighbours;
    private final float[][] similarities;
    private final double recencyDecay;

    /**
     * @param neighbours   by item, its neighbours in descending order of similarity; kept, not copied
     * @param similarities of the neighbours, above 0; kept, not copied
     * @param recencyDecay as in {@link WeightedHistory#decayed}, above 0, at most 1
     */
    public Neighbours(int[][] neighbours, float[][] similarities, double recencyDecay) {
        this.neighbours = neighbours;
        this.similarities = similarities;
        this.recencyDecay = recencyDecay;
    }

    @Override
    public int items() {
        return neighbours.length;
    }

    /** Returns the number of an item's neighbours. */
    public int size(int item) {
        return neighbours[item].length;
    }

    /** Returns the neighbour at a rank; rank 0 is the most similar one. */
    public int neighbour(int item, int rank) {
        return neighbours[item][rank];
    }

    public float similarity(int item, int rank) {
        return similarities[item][rank];
    }

    public double recencyDecay() {
        return recencyDecay;
    }

    /**
     * Returns the median over interactions of the largest similarity of the item; 0 if no item has neighbours. It hardly moves when a few
     * similarities become extreme, as the largest one does.
     *
     * @param interactions of these items
     */
    public float typicalSimilarity(InteractionMatrix interactions) {
        float[] largest = new float[interactions.size()];
        int size = 0;
        for (int position = 0; position < interactions.size(); position++) {
            int item = interactions.item(position);
            if (size(item) > 0) {
                largest[size++] = similarity(item, 0);
            }
        }
        Arrays.sort(largest, 0, size);
        return size == 0 ? 0 : largest[size / 2];
    }

    /** Returns the items that have a neighbour or are one. Nothing is known of the similarities of all others. */
    public BitSet known() {
        BitSet known = new BitSet(neighbours.length);
        for (int item = 0; item < neighbours.length; item++) {
            for (int neighbour : neighbours[item]) {
                known.set(item);
                known.set(neighbour);
            }
        }
        return known;
    }

    @Override
    public void score(WeightedHistory history, float factor, float[] into) {
        WeightedHistory decayed = history.decayed(recencyDecay);
        for (int i = 0; i < decayed.size(); i++) {
            int[] itemNeighbours = neighbours[decayed.items()[i]];
            float[] itemSimilarities = similarities[decayed.items()[i]];
            float weight = factor * decayed.weights()[i];
            for (int rank = 0; rank < itemNeighbours.length; rank++) {
                into[itemNeighbours[rank]] += weight * itemSimilarities[rank];
            }
        }
    }

    @Override
    public long ramBytesUsed() {
        long bytes = 2 * RamUsageEstimator.shallowSizeOf(neighbours);
        for (int item = 0; item < neighbours.length; item++) {
            bytes += RamUsageEstimator.sizeOf(neighbours[item]) + RamUsageEstimator.sizeOf(similarities[item]);
        }
        return bytes;
    }
}
