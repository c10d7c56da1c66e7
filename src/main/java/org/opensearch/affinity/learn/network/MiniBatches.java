package org.opensearch.affinity.learn.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

import java.util.List;
import java.util.SplittableRandom;

/** Examples to learn from, in mini-batches. Immutable. */
interface MiniBatches {
    /**
     * Returns the mini-batches of one epoch in random order.
     *
     * @param epoch from 0
     */
    List<MiniBatch> epoch(int epoch, SplittableRandom random);

    /** The examples of one step. */
    @FunctionalInterface
    interface MiniBatch {
        /**
         * Returns what the network's method {@code loss} reads, without the learning rate.
         *
         * @param scope owns the arrays
         */
        List<NDArray> arrays(NDManager scope, SplittableRandom random);
    }
}
