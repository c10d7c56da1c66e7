package org.opensearch.affinity.learn;

import org.apache.lucene.util.Accountable;

/** Makes a user's vector of a history. Immutable and thread-safe. */
public sealed interface HistoryEncoder extends Accountable permits FoldIn, WeightedSum, NetworkEncoder {
    int dimension();

    /** Returns the decay of a history's weights, see {@link WeightedHistory#decayed}. */
    double recencyDecay();

    /** Returns a vector of finite numbers and of any length; the zero vector for an empty history. */
    float[] vector(WeightedHistory history);

    /**
     * Returns what each item of a history adds to the dot product of the user's vector with another one. They add up to it.
     *
     * @param other of the same dimension
     */
    double[] contributions(WeightedHistory history, float[] other);
}
