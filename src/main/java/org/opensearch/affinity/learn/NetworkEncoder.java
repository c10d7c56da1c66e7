package org.opensearch.affinity.learn;

import org.apache.lucene.util.VectorUtil;

import java.util.Arrays;

/** A history encoder that is a neural network. What an item adds depends on the other items. */
public non-sealed interface NetworkEncoder extends HistoryEncoder {
    /** Returns 1: the network itself learns how much older items count. */
    @Override
    default double recencyDecay() {
        return 1;
    }

    /** What each item adds to the items before it: the difference of two dot products, of the history up to the item and before it. */
    @Override
    default double[] contributions(WeightedHistory history, float[] other) {
        double[] contributions = new double[history.size()];
        double before = 0;
        for (int age = history.size() - 1; age >= 0; age--) {
            int[] items = Arrays.copyOfRange(history.items(), age, history.size());
            float[] weights = Arrays.copyOfRange(history.weights(), age, history.size());
            double product = VectorUtil.dotProduct(vector(new WeightedHistory(items, weights)), other);
            contributions[age] = product - before;
            before = product;
        }
        return contributions;
    }
}
