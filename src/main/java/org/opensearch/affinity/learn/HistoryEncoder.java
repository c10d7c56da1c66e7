package org.opensearch.affinity.learn;

import org.apache.lucene.util.Accountable;

/**
 * Makes a user's vector of a history. Immutable and thread-safe. {@code ./bench learn} measures its implementations; no training
 * serves them yet.
 */
public sealed interface HistoryEncoder extends Accountable permits FoldIn, WeightedSum {
    int dimension();

    /** Returns a vector of finite numbers and of any length; the zero vector for an empty history. */
    float[] vector(WeightedHistory history);
}
