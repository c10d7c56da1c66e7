package org.opensearch.affinity.learn;

import org.apache.lucene.util.Accountable;

/** Makes a user's vector of a history. Immutable and thread-safe. */
public sealed interface HistoryEncoder extends Accountable permits FoldIn, WeightedSum, NetworkEncoder {
    int dimension();

    /** Returns the decay of a history's weights, see {@link WeightedHistory#decayed}. */
    double recencyDecay();

    /** Returns a vector of finite numbers and of any length; the zero vector for an empty history. */
    float[] vector(WeightedHistory history);

    /** What each item of a history adds to the dot product of the user's vector with another one. */
    @FunctionalInterface
    interface Contributions {
        /**
         * Returns one number for each item, in the order of the history. They add up to the dot product.
         *
         * @param other of the encoder's dimension
         */
        double[] to(float[] other);
    }

    /** Returns what each item of a history adds. Calling this may cost as much as encoding the history once for each item. */
    Contributions contributions(WeightedHistory history);
}
