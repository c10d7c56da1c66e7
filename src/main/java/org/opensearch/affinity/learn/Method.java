package org.opensearch.affinity.learn;

/** A way to learn which items go together, with its settings. Immutable; any thread may use it. */
public interface Method {
    /**
     * Learns from a log, of any size: of nothing it learns that nothing goes together.
     *
     * @throws java.util.concurrent.CancellationException when the watch threw it
     */
    Model learn(Log log, Crew crew, Watch watch);
}
