package org.opensearch.affinity.learn;

/** A way to learn which items go together, with its settings. Immutable; any thread may use it. */
public interface LearningMethod {
    /**
     * Learns from a log, of any size: of nothing it learns that nothing goes together.
     *
     * @throws java.util.concurrent.CancellationException when the watch threw it
     */
    InterestModel learn(InteractionMatrix log, ParallelFor crew, ProgressListener watch);
}
