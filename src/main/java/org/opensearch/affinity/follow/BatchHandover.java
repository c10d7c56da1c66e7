package org.opensearch.affinity.follow;

/**
 * Hands batches from the reading half of a {@link Follower} to the processing half. At most one batch is processed while the next one
 * waits, so at most two are in memory. Thread-safe.
 */
final class BatchHandover {
    private boolean isProcessing;
    private EventBatch waiting;

    /**
     * Offers a batch. The reader must not offer another one until this one is processed.
     *
     * @return whether the caller must process the batch now; otherwise it waits for {@link #finish}
     */
    synchronized boolean offer(EventBatch batch) {
        if (isProcessing) {
            waiting = batch;
            return false;
        }
        isProcessing = true;
        return true;
    }

    /** Begins processing without a batch, unless one is processed; {@link #finish} ends it. */
    synchronized boolean tryStart() {
        if (isProcessing) {
            return false;
        }
        isProcessing = true;
        return true;
    }

    /** Ends processing, and returns the waiting batch, which the caller must process now; null if there is none. */
    synchronized EventBatch finish() {
        EventBatch next = waiting;
        waiting = null;
        isProcessing = next != null;
        return next;
    }
}
