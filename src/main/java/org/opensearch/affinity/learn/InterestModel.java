package org.opensearch.affinity.learn;

import org.apache.lucene.util.Accountable;

import java.util.List;

/**
 * A learned model that scores how well each item of a catalogue fits a history. Scores are finite, in a unit of the model's own,
 * and 0 for all items if the history is empty. Immutable and thread-safe.
 */
public sealed interface InterestModel extends Accountable permits Neighbours, Factors, Blend {
    /** Returns the number of items of the catalogue. */
    int items();

    /**
     * Adds the scores of all items, times a factor, to an array.
     *
     * @param history items of this catalogue
     * @param into    one number per item
     */
    void score(WeightedHistory history, float factor, float[] into);

    /**
     * Does the same for several histories. Models with a vector for each item read each vector once for all of them.
     *
     * @param into for each history, one number per item
     */
    default void score(List<WeightedHistory> histories, float factor, float[][] into) {
        for (int i = 0; i < histories.size(); i++) {
            score(histories.get(i), factor, into[i]);
        }
    }

    /** Returns the scores of all items. */
    default float[] scores(WeightedHistory history) {
        float[] scores = new float[items()];
        score(history, 1, scores);
        return scores;
    }
}
