package org.opensearch.affinity.learn.factor;

import org.opensearch.affinity.learn.Factors;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.LearningMethod;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;

/**
 * A method that learns a vector for each item. What an item adds to a user is made of the item's vector, so that one row of a model serves
 * both. Immutable and thread-safe.
 */
public interface FactorMethod extends LearningMethod {
    /** Returns the largest number of dimensions of the vectors. */
    int dimension();

    @Override
    Factors learn(InteractionMatrix interactions, ParallelFor parallel, ProgressListener progress);
}
