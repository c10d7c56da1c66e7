package org.opensearch.affinity.learn;

/** A learning method with its hyperparameters. Immutable and thread-safe. */
public interface LearningMethod {
    /**
     * Learns a model. Without interactions, the model scores all items 0.
     *
     * @throws java.util.concurrent.CancellationException if the progress listener threw it
     */
    InterestModel learn(InteractionMatrix interactions, ParallelFor parallel, ProgressListener progress);
}
