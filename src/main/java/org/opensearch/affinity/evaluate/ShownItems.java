package org.opensearch.affinity.evaluate;

import org.opensearch.affinity.tracker.Decay;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Numbers the items that any list shows among its first, and estimates the probability that a positive event is about each: the
 * item's fraction of the decayed weight of all positive events, with Laplace smoothing by one event of weight 1 per item of the
 * catalogue. Thread-safe.
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

    /** Returns the numbers of items; a new item gets the next number. */
    synchronized int[] numbers(List<String> items) {
        return items.stream().mapToInt(item -> numbers.computeIfAbsent(item, added -> numbers.size())).toArray();
    }

    /**
     * Adds the positive events of an item, whether it is shown or not.
     *
     * @param weight decayed weight of the events at {@code time}
     * @param time   epoch milliseconds
     */
    synchronized void addItem(String item, double weight, long time) {
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
     * Returns the probability of each shown item, by number. All items must have been added before.
     *
     * @param catalogueSize number of items of the catalogue
     */
    synchronized double[] probabilities(long catalogueSize) {
        double[] probabilities = new double[numbers.size()];
        double denominator = total + Math.max(catalogueSize, numbers.size());
        for (int i = 0; i < probabilities.length; i++) {
            double weight = i < weights.length ? weights[i] * decay.factor(times[i], now) : 0;
            probabilities[i] = (weight + 1) / denominator;
        }
        return probabilities;
    }
}
