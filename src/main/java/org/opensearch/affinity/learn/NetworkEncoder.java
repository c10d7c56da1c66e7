package org.opensearch.affinity.learn;

import org.apache.lucene.util.Accountable;
import org.apache.lucene.util.VectorUtil;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * A history encoder that is a neural network over the rows of the history's items. What an item adds depends on the other items. Networks
 * learn on libtorch, and encode in Java: a search then needs no native code, no queue and no second node, and one history takes less than
 * what it costs to hand it over.
 *
 * @param inputs by item, the row that the network reads; kept, not copied
 * @param map    what the rows have learned from contents: for each dimension of a row, as many numbers as contents have; empty if nothing
 */
public record NetworkEncoder(float[][] inputs, Layers layers, float[][] map) implements HistoryEncoder {
    /** Reasons are computed while a search waits. */
    private static final int LEFT_OUT = 20;

    /** A learned network. Immutable and thread-safe. */
    public interface Layers extends Accountable {
        /** Returns the dimension of the vectors of users. */
        int dimension();

        /**
         * Returns the vector of a user.
         *
         * @param rows    of the history's items, newest first, at least one
         * @param history weights, gaps and actions of the items, in the same order
         */
        float[] vector(float[][] rows, WeightedHistory history);

        /** Whether rows of items have length 1: then what the map makes of a content is a direction. */
        default boolean unitRows() {
            return false;
        }

        /** Returns the number of an action in histories; 0 for one that the network does not know. */
        default int action(String name) {
            return 0;
        }

        /** Whether the network distinguishes actions. */
        default boolean readsActions() {
            return false;
        }
    }

    @Override
    public int dimension() {
        return layers.dimension();
    }

    /** Returns 1: the network itself learns how much older items count. */
    @Override
    public double recencyDecay() {
        return 1;
    }

    @Override
    public float[] vector(WeightedHistory history) {
        if (history.size() == 0) {
            return new float[dimension()];
        }
        return layers.vector(Arrays.stream(history.items()).mapToObj(item -> inputs[item]).toArray(float[][]::new), history);
    }

    /**
     * What the dot product loses when one of the newest {@value #LEFT_OUT} items is left out of the history: each costs an encoding. Items without which it is larger add nothing. What others add is
     * scaled to the dot product, because items also act together.
     */
    @Override
    public Contributions contributions(WeightedHistory history) {
        float[] all = vector(history);
        float[][] without = IntStream.range(0, Math.min(LEFT_OUT, history.size())).mapToObj(age -> vector(without(history, age))).toArray(float[][]::new);
        return other -> {
            double product = VectorUtil.dotProduct(all, other);
            double[] lost = new double[history.size()];
            for (int age = 0; age < without.length; age++) {
                lost[age] = Math.max(0, product - VectorUtil.dotProduct(without[age], other));
            }
            double sum = Arrays.stream(lost).sum();
            return Arrays.stream(lost).map(one -> sum > 0 ? one * product / sum : 0).toArray();
        };
    }

    private static WeightedHistory without(WeightedHistory history, int age) {
        int[] others = IntStream.range(0, history.size()).filter(other -> other != age).toArray();
        float[] weights = new float[others.length];
        for (int i = 0; i < others.length; i++) {
            weights[i] = history.weights()[others[i]];
        }
        int[] gaps = Arrays.stream(others).map(other -> history.gaps()[other]).toArray();
        int[] actions = Arrays.stream(others).map(other -> history.actions()[other]).toArray();
        if (age > 0) {
            // Gaps are magnitudes: the longer one is about that over the item.
            gaps[age - 1] = Math.max(gaps[age - 1], history.gaps()[age]);
        }
        return new WeightedHistory(Arrays.stream(others).map(other -> history.items()[other]).toArray(), weights, gaps, actions);
    }

    /** Does not count the rows, which {@link Factors} counts. */
    @Override
    public long ramBytesUsed() {
        return layers.ramBytesUsed();
    }
}
