package org.opensearch.affinity.learn;

import java.util.Arrays;

/**
 * What somebody took, newest first.
 *
 * @param items   ordinals
 * @param weights what each counts, above 0, as many as there are items
 */
public record WeightedHistory(int[] items, float[] weights) {
    public WeightedHistory {
        if (items.length != weights.length) {
            throw new IllegalArgumentException(items.length + " items with " + weights.length + " weights");
        }
    }

    /** Items that count the same. */
    public static WeightedHistory of(int... newestFirst) {
        float[] ones = new float[newestFirst.length];
        Arrays.fill(ones, 1);
        return new WeightedHistory(newestFirst, ones);
    }

    public int size() {
        return items.length;
    }

    /** The same, each counting {@code keep} of what the next newer one does. */
    public WeightedHistory faded(double keep) {
        if (keep == 1) {
            return this;
        }
        float[] less = new float[weights.length];
        double remains = 1;
        for (int age = 0; age < less.length; age++) {
            less[age] = (float) (weights[age] * remains);
            remains *= keep;
        }
        return new WeightedHistory(items, less);
    }
}
