package org.opensearch.affinity.learn.neighbour;

import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.ItemColumns;
import org.opensearch.affinity.learn.TopK;

/**
 * Computes the similarities of {@link Neighbourhood} by counting the items that the same users took. Immutable and thread-safe;
 * each thread uses a {@link Counter} of its own.
 */
final class CoOccurrences {
    private final InteractionMatrix interactions;
    private final ItemColumns columns;
    private final double[] userFactors;
    private final double[] fromFactors;
    private final float[] toFactors;
    /** By distance of the two items in the user's row. */
    private final float[] forwardWeights;
    private final float[] backwardWeights;
    private final int maxNeighbours;

    CoOccurrences(InteractionMatrix interactions, Neighbourhood settings) {
        this.interactions = interactions;
        columns = new ItemColumns(interactions);
        userFactors = negativePowers(interactions.userDegrees(), settings.userExponent());
        fromFactors = negativePowers(interactions.itemDegrees(), settings.fromExponent());
        double[] factors = negativePowers(interactions.itemDegrees(), settings.toExponent());
        toFactors = new float[factors.length];
        for (int item = 0; item < factors.length; item++) {
            toFactors[item] = (float) factors[item];
        }
        forwardWeights = new float[Neighbourhood.MAX_DISTANCE + 1];
        backwardWeights = new float[Neighbourhood.MAX_DISTANCE + 1];
        for (int distance = 1; distance <= Neighbourhood.MAX_DISTANCE; distance++) {
            forwardWeights[distance] = (float) Math.pow(settings.closeness(), distance - 1);
            backwardWeights[distance] = (float) (settings.backward() * forwardWeights[distance]);
        }
        maxNeighbours = settings.maxNeighbours();
    }

    /** Replaces each degree d by {@code d^-exponent}; 0 stays 0. */
    private static double[] negativePowers(double[] degrees, double exponent) {
        for (int i = 0; i < degrees.length; i++) {
            degrees[i] = degrees[i] > 0 ? Math.pow(degrees[i], -exponent) : 0;
        }
        return degrees;
    }

    Counter counter() {
        return new Counter();
    }

    /** Counts the co-occurrences of one item after another. Takes eight bytes per item of the catalogue. Not thread-safe. */
    final class Counter {
        private final float[] sums = new float[interactions.items()];
        /** The items whose sum is not 0. */
        private final int[] counted = new int[interactions.items()];
        private int size;

        /** Returns the most similar items of an item. */
        TopK neighbours(int item) {
            for (int entry = columns.start(item); entry < columns.end(item); entry++) {
                countRow(columns.user(entry), columns.position(entry), fromFactors[item]);
            }
            TopK top = new TopK(maxNeighbours);
            for (int i = 0; i < size; i++) {
                float similarity = sums[counted[i]] * toFactors[counted[i]];
                if (similarity > 0 && Float.isFinite(similarity)) {
                    top.offer(counted[i], similarity);
                }
                sums[counted[i]] = 0;
            }
            size = 0;
            return top;
        }

        /** Adds the other items of the user's row, up to the largest distance from a position. */
        private void countRow(int user, int position, double fromFactor) {
            float weight = (float) (interactions.weight(position) * userFactors[user] * fromFactor);
            int first = Math.max(interactions.start(user), position - Neighbourhood.MAX_DISTANCE);
            for (int other = first; other < position; other++) {
                add(interactions.item(other), weight * interactions.weight(other) * backwardWeights[position - other]);
            }
            int last = Math.min(interactions.end(user) - 1, position + Neighbourhood.MAX_DISTANCE);
            for (int other = position + 1; other <= last; other++) {
                add(interactions.item(other), weight * interactions.weight(other) * forwardWeights[other - position]);
            }
        }

        private void add(int item, float weight) {
            // A weight that underflows to 0 would leave the sum at 0, and the item would be counted again.
            if (weight > 0) {
                if (sums[item] == 0) {
                    counted[size++] = item;
                }
                sums[item] += weight;
            }
        }
    }
}
