package org.opensearch.affinity.train;

import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.InPlaceMergeSorter;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.tracker.Decay;
import org.opensearch.common.lease.Releasable;
import org.opensearch.core.common.breaker.CircuitBreaker;
import org.opensearch.core.common.breaker.CircuitBreakingException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;

/**
 * All acts of a log in memory, 20 bytes each beside the names of users and items. A circuit breaker is told of them, and of what
 * is learned of them, until they are closed. Filled by several threads, then read.
 */
final class Interactions implements Releasable {
    private static final int MOST_QUERIES = 50_000;
    /** What a training takes for an act altogether, about. */
    private static final long BYTES = 100;
    private static final int TOLD_AT_ONCE = 10_000;

    private final int most;
    private final CircuitBreaker breaker;
    private long told;
    private final Map<String, Map<String, Double>> chosen = new HashMap<>();
    private final Map<String, Integer> users = new HashMap<>();
    private final Map<String, Integer> itemNumbers = new HashMap<>();
    private final List<String> items = new ArrayList<>();
    private int[] who = new int[1_024];
    private int[] what = new int[1_024];
    private float[] weights = new float[1_024];
    private long[] times = new long[1_024];
    private int size;
    private int[] starts;
    private String[] userNames;

    /**
     * @param most    that it takes
     * @param breaker that is told of the memory
     */
    Interactions(int most, CircuitBreaker breaker) {
        this.most = most;
        this.breaker = breaker;
    }

    /**
     * @throws IllegalArgumentException if there are too many, saying what to do
     * @throws CircuitBreakingException (429) if the node has no memory left for more
     */
    synchronized void add(LogScan.Act act) {
        if (size == most) {
            throw new IllegalArgumentException(
                "[affinity] the log has more than [" + most + "] events: shorten it with [retention], or raise [" + TrainAction.MAX_EVENTS.getKey() + "], at 100 bytes of heap an event"
            );
        }
        if (size % TOLD_AT_ONCE == 0) {
            breaker.addEstimateBytesAndMaybeBreak(TOLD_AT_ONCE * BYTES, "training a model");
            told += TOLD_AT_ONCE * BYTES;
        }
        who = ArrayUtil.grow(who, size + 1);
        what = ArrayUtil.grow(what, size + 1);
        weights = ArrayUtil.grow(weights, size + 1);
        times = ArrayUtil.grow(times, size + 1);
        who[size] = users.computeIfAbsent(act.user(), user -> users.size());
        what[size] = itemNumbers.computeIfAbsent(act.item(), item -> {
            items.add(item);
            return items.size() - 1;
        });
        weights[size] = (float) act.weight();
        times[size] = act.time();
        size++;
        boolean room = chosen.size() < MOST_QUERIES || chosen.containsKey(act.query());
        if (act.query() != null && act.weight() > 0 && room) {
            chosen.computeIfAbsent(act.query(), query -> new HashMap<>()).put(act.item(), 1.0);
        }
    }

    @Override
    public synchronized void close() {
        breaker.addWithoutBreaking(-told);
        told = 0;
    }

    /** Items that were liked after a query, by the query's id; of 50,000 queries at most. */
    Map<String, Map<String, Double>> chosen() {
        return chosen;
    }

    int size() {
        return size;
    }

    int users() {
        return users.size();
    }

    List<String> items() {
        return items;
    }

    /** The newest time, epoch milliseconds; 0 of nothing. */
    long newest() {
        return Arrays.stream(times, 0, size).max().orElse(0);
    }

    /** Whether a rule leaves out any of those that liked an item. */
    boolean areCut(BiPredicate<String, Long> kept) {
        boolean cut = false;
        for (int i = 0; i < size && cut == false; i++) {
            cut = weights[i] > 0 && kept.test(userNames[who[i]], times[i]) == false;
        }
        return cut;
    }

    /** Those that liked an item and that a rule keeps, by user and time; of sorted ones. */
    InteractionMatrix log(BiPredicate<String, Long> kept) {
        InteractionMatrix.Builder log = new InteractionMatrix.Builder(items.size());
        for (int i = 0; i < size; i++) {
            if (weights[i] > 0 && kept.test(userNames[who[i]], times[i])) {
                log.add(who[i], what[i], weights[i], times[i]);
            }
        }
        return log.build();
    }

    /** What is left of the weights of all events that liked an item and that a rule keeps, at the newest time; by item, of sorted ones. */
    double[] popularities(BiPredicate<String, Long> kept, Decay decay) {
        long now = newest();
        double[] popularities = new double[items.size()];
        for (int i = 0; i < size; i++) {
            if (weights[i] > 0 && kept.test(userNames[who[i]], times[i])) {
                popularities[what[i]] += weights[i] * decay.factor(times[i], now);
            }
        }
        return popularities;
    }

    /** One thing that a user did. */
    record Act(String item, double weight, long time) {}

    /** The newest things that a user did before a time, oldest first; for sorted ones. */
    List<Act> before(String user, long time, int most) {
        Integer number = users.get(user);
        if (number == null) {
            return List.of();
        }
        List<Act> acts = new ArrayList<>();
        for (int i = starts[number + 1] - 1; i >= starts[number] && acts.size() < most; i--) {
            if (times[i] < time) {
                acts.add(new Act(items.get(what[i]), weights[i], times[i]));
            }
        }
        return acts.reversed();
    }

    /** Whether a user did anything at a time or after it; for sorted ones. */
    boolean hasSince(String user, long time) {
        Integer number = users.get(user);
        return number != null && starts[number + 1] > starts[number] && times[starts[number + 1] - 1] >= time;
    }

    /** Numbers users and items by their names and brings acts into that order and, of a user, that of time; nothing may be added any more. */
    void sort() {
        // The order in which slices were read must not matter.
        userNames = users.keySet().stream().sorted().toArray(String[]::new);
        String[] itemNames = items.stream().sorted().toArray(String[]::new);
        int[] ofUser = renumbered(users, userNames);
        int[] ofItem = renumbered(itemNumbers, itemNames);
        items.clear();
        items.addAll(Arrays.asList(itemNames));
        for (int i = 0; i < size; i++) {
            who[i] = ofUser[who[i]];
            what[i] = ofItem[what[i]];
        }
        new InPlaceMergeSorter() {
            @Override
            protected int compare(int i, int j) {
                int order = who[i] != who[j] ? Integer.compare(who[i], who[j]) : Long.compare(times[i], times[j]);
                return order != 0 ? order : Integer.compare(what[i], what[j]);
            }

            @Override
            protected void swap(int i, int j) {
                swapAt(i, j);
            }
        }.sort(0, size);
        starts = new int[users.size() + 1];
        for (int i = 0; i < size; i++) {
            starts[who[i] + 1]++;
        }
        for (int user = 0; user < users.size(); user++) {
            starts[user + 1] += starts[user];
        }
    }

    /** Gives names their places as numbers; returns the new numbers by the old ones. */
    private static int[] renumbered(Map<String, Integer> numbers, String[] names) {
        int[] renumbered = new int[names.length];
        for (int place = 0; place < names.length; place++) {
            renumbered[numbers.put(names[place], place)] = place;
        }
        return renumbered;
    }

    private void swapAt(int i, int j) {
        int user = who[i];
        who[i] = who[j];
        who[j] = user;
        int item = what[i];
        what[i] = what[j];
        what[j] = item;
        float weight = weights[i];
        weights[i] = weights[j];
        weights[j] = weight;
        long time = times[i];
        times[i] = times[j];
        times[j] = time;
    }
}
