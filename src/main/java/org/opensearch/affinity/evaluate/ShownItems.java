package org.opensearch.affinity.evaluate;

import org.opensearch.affinity.tracker.Decay;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The items that stood among the first of any list, numbered, and how likely each is to be liked: its part of what all events that
 * liked an item are worth by now, with one event of weight 1 more for every item of the catalogue (Laplace), so that no item is
 * impossible. Thread-safe.
 */
final class ShownItems {
    private final Map<String, Integer> numbers = new HashMap<>();
    private final Decay decay;
    private double[] weights = new double[0];
    private long[] times = new long[0];
    private double total;
    private long now = Long.MIN_VALUE;

    ShownItems(Decay decay) {
        this.decay = decay;
    }

    /** The numbers of items; one that is new gets the next. */
    synchronized int[] numbers(List<String> items) {
        return items.stream().mapToInt(item -> numbers.computeIfAbsent(item, added -> numbers.size())).toArray();
    }

    /**
     * Takes in what is known of an item, shown or not.
     *
     * @param weight what its events were worth at {@code time}, epoch milliseconds
     */
    synchronized void liked(String item, double weight, long time) {
        if (time > now) {
            total *= total == 0 ? 1 : decay.factor(now, time);
            now = time;
        }
        total += weight * decay.factor(time, now);
        Integer number = numbers.get(item);
        if (number != null) {
            if (weights.length < numbers.size()) {
                weights = Arrays.copyOf(weights, numbers.size());
                times = Arrays.copyOf(times, numbers.size());
            }
            weights[number] = weight;
            times[number] = time;
        }
    }

    /**
     * How likely each shown item is, by its number, once all are taken in.
     *
     * @param catalogue how many items there are
     */
    synchronized double[] probabilities(long catalogue) {
        double[] probabilities = new double[numbers.size()];
        double all = total + Math.max(catalogue, numbers.size());
        for (int i = 0; i < probabilities.length; i++) {
            double weight = i < weights.length ? weights[i] * decay.factor(times[i], now) : 0;
            probabilities[i] = (weight + 1) / all;
        }
        return probabilities;
    }
}
