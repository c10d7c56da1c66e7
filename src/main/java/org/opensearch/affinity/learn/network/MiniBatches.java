package org.opensearch.affinity.learn.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import org.opensearch.affinity.learn.InteractionMatrix;

import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Examples to learn from, in mini-batches. Immutable. */
interface MiniBatches {
    /**
     * Returns the mini-batches of one epoch in random order.
     *
     * @param epoch from 0
     */
    List<MiniBatch> epoch(int epoch, SplittableRandom random);

    /** Returns the users with items in random order, in batches of a size; the last one may be smaller. */
    static List<int[]> users(InteractionMatrix interactions, int size, SplittableRandom random) {
        List<Integer> users = IntStream.range(0, interactions.users())
            .filter(user -> interactions.end(user) > interactions.start(user))
            .boxed()
            .collect(Collectors.toList());
        Collections.shuffle(users, random);
        return IntStream.range(0, Math.ceilDiv(users.size(), size))
            .mapToObj(i -> users.subList(i * size, Math.min(users.size(), (i + 1) * size)).stream().mapToInt(Integer::intValue).toArray())
            .toList();
    }

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
