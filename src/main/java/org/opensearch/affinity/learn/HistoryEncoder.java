package org.opensearch.affinity.learn;

import org.apache.lucene.util.Accountable;

/** Makes a user's vector of his history. Immutable; any thread may use it. */
public sealed interface HistoryEncoder extends Accountable permits FoldIn, WeightedSum {
    int dimension();

    /** The zero vector for an empty history. Finite. */
    float[] vector(WeightedHistory history);
}
