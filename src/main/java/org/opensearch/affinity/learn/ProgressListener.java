package org.opensearch.affinity.learn;

/** Is told how far learning is, and may end it. Called by the thread that learns, some times a second while all goes well. */
@FunctionalInterface
public interface ProgressListener {
    /** Nobody looks. */
    ProgressListener NOBODY = part -> {};

    /**
     * @param part how much of the whole is done, from 0 to 1, never less than before
     * @throws java.util.concurrent.CancellationException to end learning, which then throws the same
     */
    void at(double part);

    /** A watch over one part of the whole. */
    default ProgressListener part(double from, double to) {
        return part -> at(from + (to - from) * part);
    }
}
