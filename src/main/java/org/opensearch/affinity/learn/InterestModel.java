package org.opensearch.affinity.learn;

import org.apache.lucene.util.Accountable;

/**
 * What was learned: how much each item suits a history. All scores are finite, and 0 for everything where the history is empty.
 * Immutable; any thread may use it.
 */
public sealed interface InterestModel extends Accountable permits Neighbours, Factors, Blend {
    /** How many items the catalogue has. */
    int items();

    /**
     * Adds the scores of all items, times a factor, to what is there.
     *
     * @param history items of this catalogue
     * @param into    a number an item
     */
    void score(WeightedHistory history, float factor, float[] into);

    /** The scores of all items. */
    default float[] scores(WeightedHistory history) {
        float[] scores = new float[items()];
        score(history, 1, scores);
        return scores;
    }
}
