package org.opensearch.affinity.learn.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import org.opensearch.affinity.learn.InteractionMatrix;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Examples to learn from, in mini-batches. Immutable. */
interface MiniBatches {
    int MIN_STEPS = 16;
    int MIN_SIZE = 16;

    /**
     * Returns the mini-batches of one epoch in random order.
     *
     * @param epoch from 0
     */
    List<MiniBatch> epoch(int epoch, SplittableRandom random);

    /**
     * Returns how many examples a batch has.
     *
     * @param all  number of examples
     * @param most largest size; smaller for a small log, so that an epoch has at least {@value #MIN_STEPS} steps
     */
    static int size(int all, int most) {
        return Math.min(most, Math.max(MIN_SIZE, all / MIN_STEPS));
    }

    /**
     * Returns users with items in random order, in batches; the last one may be smaller.
     *
     * @param some      users to choose from; null for all
     * @param size      number of users of a batch
     * @param mostItems with so many items together, fewer users are a batch
     */
    static List<int[]> users(InteractionMatrix interactions, BitSet some, int size, int mostItems, SplittableRandom random) {
        List<Integer> users = IntStream.range(0, interactions.users())
            .filter(user -> interactions.end(user) > interactions.start(user) && (some == null || some.get(user)))
            .boxed()
            .collect(Collectors.toList());
        Collections.shuffle(users, random);
        List<int[]> batches = new ArrayList<>();
        int from = 0;
        int items = 0;
        for (int i = 0; i < users.size(); i++) {
            items += interactions.end(users.get(i)) - interactions.start(users.get(i));
            if (i + 1 - from == size || items >= mostItems || i == users.size() - 1) {
                batches.add(users.subList(from, i + 1).stream().mapToInt(Integer::intValue).toArray());
                from = i + 1;
                items = 0;
            }
        }
        return batches;
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
