package org.opensearch.affinity.learn;

import java.util.Arrays;

/**
 * The items of a user's history, newest first.
 *
 * @param items   ordinals
 * @param weights of the items, above 0
 * @param gaps    how long after the next older item each of them was taken, see {@link InteractionMatrix#gap}
 * @param actions how each of them was taken, see {@link InteractionMatrix#action}
 */
public record WeightedHistory(int[] items, float[] weights, int[] gaps, int[] actions) {
    /** @throws IllegalArgumentException if the arrays differ in length */
    public WeightedHistory {
        if (items.length != weights.length || items.length != gaps.length || items.length != actions.length) {
            throw new IllegalArgumentException(
                "items, weights, gaps and actions must have one length, got [" + items.length + "] items, [" + weights.length + "] weights, ["
                    + gaps.length + "] gaps and [" + actions.length + "] actions"
            );
        }
    }

    /** A history of which no times and actions are known. */
    public WeightedHistory(int[] items, float[] weights) {
        this(items, weights, new int[items.length], new int[items.length]);
    }

    /** Returns a history whose items all have weight 1. */
    public static WeightedHistory of(int... newestFirst) {
        float[] ones = new float[newestFirst.length];
        Arrays.fill(ones, 1);
        return new WeightedHistory(newestFirst, ones);
    }

    public int size() {
        return items.length;
    }

    /**
     * Returns the history with the weight of each item multiplied by {@code recencyDecay^age}; the newest item has age 0.
     *
     * @param recencyDecay above 0, at most 1; 1 changes nothing
     */
    public WeightedHistory decayed(double recencyDecay) {
        if (recencyDecay == 1) {
            return this;
        }
        float[] decayed = new float[weights.length];
        double factor = 1;
        for (int age = 0; age < decayed.length; age++) {
            decayed[age] = (float) (weights[age] * factor);
            factor *= recencyDecay;
        }
        return new WeightedHistory(items, decayed, gaps, actions);
    }
}
