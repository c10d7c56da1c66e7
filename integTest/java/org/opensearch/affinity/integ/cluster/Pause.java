package org.opensearch.affinity.integ.cluster;

/** A pause of whoever waits for a node. */
public final class Pause {
    private Pause() {}

    /** @throws RestFailure without status if the thread is interrupted */
    public static void millis(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RestFailure(0, "interrupted while waiting for a node");
        }
    }
}
