package org.opensearch.affinity.learn;

/** Receives the progress of a computation and may cancel it. Called by the computing thread, a few times per second. */
@FunctionalInterface
public interface ProgressListener {
    /** Ignores progress. */
    ProgressListener NONE = fraction -> {};

    /**
     * Reports progress.
     *
     * @param fraction the completed fraction, from 0 to 1, never less than in the call before
     * @throws java.util.concurrent.CancellationException to cancel the computation, which then throws the same exception
     */
    void at(double fraction);

    /** Returns a listener for a part of the computation, from one fraction of the whole to another. */
    default ProgressListener part(double from, double to) {
        return fraction -> at(from + (to - from) * fraction);
    }
}
