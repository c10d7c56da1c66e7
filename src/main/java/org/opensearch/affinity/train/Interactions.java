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

/**
 * The interactions of a log in memory, 20 bytes each plus the names of users and items. A circuit breaker accounts for them, and
 * for the memory of what is learned from them, until they are closed. Several threads may add; after {@link #sort}, any thread may
 * read.
 */
final class Interactions implements Releasable {
    /** The most recorded queries that are joined with the log. */
    private static final int MAX_QUERIES = 50_000;
    /** Approximate heap of a training per interaction. */
    private static final long BYTES_PER_INTERACTION = 100;
    private static final int RESERVED_INTERACTIONS = 10_000;

    private final int maxSize;
    private final CircuitBreaker breaker;
    private final ChosenItems chosen = new ChosenItems(MAX_QUERIES);
    private final Map<String, Integer> userNumbers = new HashMap<>();
    private final Map<String, Integer> itemNumbers = new HashMap<>();
    private final List<String> items = new ArrayList<>();
    private int[] userOf = new int[1_024];
    private int[] itemOf = new int[1_024];
    private float[] weights = new float[1_024];
    private long[] times = new long[1_024];
    private int size;
    private long reservedBytes;
    /** Set by {@link #sort}: the names of users by number, and the index of each user's first interaction. */
    private String[] users;
    private int[] starts;

    /** Selects interactions. */
    @FunctionalInterface
    interface Filter {
        /** @param time epoch milliseconds */
        boolean includes(String user, long time);
    }

    /**
     * An interaction of a known user.
     *
     * @param weight below 0 for a dislike
     * @param time   epoch milliseconds
     */
    record Interaction(String item, double weight, long time) {}

    /**
     * @param maxSize largest number of interactions
     * @param breaker that accounts for the memory
     */
    Interactions(int maxSize, CircuitBreaker breaker) {
        this.maxSize = maxSize;
        this.breaker = breaker;
    }

    /**
     * Adds an event of the log.
     *
     * @throws IllegalArgumentException if there are too many events
     * @throws CircuitBreakingException (429) if the node has too little memory
     */
    synchronized void add(LogScan.LoggedEvent event) {
        if (size == maxSize) {
            throw new IllegalArgumentException(
                "[affinity] the log has more than [" + maxSize + "] events; shorten it with [retention], or raise ["
                    + TrainAction.MAX_EVENTS.getKey() + "], at [" + BYTES_PER_INTERACTION + "] bytes of heap per event"
            );
        }
        if (size % RESERVED_INTERACTIONS == 0) {
            breaker.addEstimateBytesAndMaybeBreak(RESERVED_INTERACTIONS * BYTES_PER_INTERACTION, "training a model");
            reservedBytes += RESERVED_INTERACTIONS * BYTES_PER_INTERACTION;
        }
        userOf = ArrayUtil.grow(userOf, size + 1);
        itemOf = ArrayUtil.grow(itemOf, size + 1);
        weights = ArrayUtil.grow(weights, size + 1);
        times = ArrayUtil.grow(times, size + 1);
        userOf[size] = userNumbers.computeIfAbsent(event.user(), user -> userNumbers.size());
        itemOf[size] = itemNumbers.computeIfAbsent(event.item(), item -> {
            items.add(item);
            return items.size() - 1;
        });
        weights[size] = (float) event.weight();
        times[size] = event.time();
        size++;
        if (event.query() != null && event.weight() > 0) {
            chosen.add(event.query(), event.item());
        }
    }

    @Override
    public synchronized void close() {
        breaker.addWithoutBreaking(-reservedBytes);
        reservedBytes = 0;
    }

    /** Returns the items with positive interactions that name a query. */
    ChosenItems chosen() {
        return chosen;
    }

    int size() {
        return size;
    }

    int users() {
        return userNumbers.size();
    }

    /** Returns the ids of the items, by number. */
    List<String> items() {
        return items;
    }

    /**
     * Numbers users and items in the order of their names, so that the order of reading does not matter. Sorts the interactions by
     * user, then by time. No interaction may be added afterwards.
     */
    void sort() {
        users = userNumbers.keySet().stream().sorted().toArray(String[]::new);
        String[] itemNames = items.stream().sorted().toArray(String[]::new);
        int[] newUsers = renumber(userNumbers, users);
        int[] newItems = renumber(itemNumbers, itemNames);
        items.clear();
        items.addAll(Arrays.asList(itemNames));
        for (int i = 0; i < size; i++) {
            userOf[i] = newUsers[userOf[i]];
            itemOf[i] = newItems[itemOf[i]];
        }
        sortByUserAndTime();
        starts = new int[users.length + 1];
        for (int i = 0; i < size; i++) {
            starts[userOf[i] + 1]++;
        }
        for (int user = 0; user < users.length; user++) {
            starts[user + 1] += starts[user];
        }
    }

    /** Gives each name its index in {@code names} as a number, and returns the new numbers by the old ones. */
    private static int[] renumber(Map<String, Integer> numbers, String[] names) {
        int[] renumbered = new int[names.length];
        for (int number = 0; number < names.length; number++) {
            renumbered[numbers.put(names[number], number)] = number;
        }
        return renumbered;
    }

    private void sortByUserAndTime() {
        new InPlaceMergeSorter() {
            @Override
            protected int compare(int i, int j) {
                int order = userOf[i] != userOf[j] ? Integer.compare(userOf[i], userOf[j]) : Long.compare(times[i], times[j]);
                return order != 0 ? order : Integer.compare(itemOf[i], itemOf[j]);
            }

            @Override
            protected void swap(int i, int j) {
                swapAt(i, j);
            }
        }.sort(0, size);
    }

    private void swapAt(int i, int j) {
        int user = userOf[i];
        userOf[i] = userOf[j];
        userOf[j] = user;
        int item = itemOf[i];
        itemOf[i] = itemOf[j];
        itemOf[j] = item;
        float weight = weights[i];
        weights[i] = weights[j];
        weights[j] = weight;
        long time = times[i];
        times[i] = times[j];
        times[j] = time;
    }

    private boolean isPositive(int i, Filter filter) {
        return weights[i] > 0 && filter.includes(users[userOf[i]], times[i]);
    }

    /** Whether a filter includes all positive interactions. Needs {@link #sort}. */
    boolean areAllIncluded(Filter filter) {
        for (int i = 0; i < size; i++) {
            if (weights[i] > 0 && filter.includes(users[userOf[i]], times[i]) == false) {
                return false;
            }
        }
        return true;
    }

    /** Returns the positive interactions that a filter includes, with times. Needs {@link #sort}. */
    InteractionMatrix matrix(Filter filter) {
        InteractionMatrix.Builder matrix = new InteractionMatrix.Builder(items.size());
        for (int i = 0; i < size; i++) {
            if (isPositive(i, filter)) {
                matrix.add(userOf[i], itemOf[i], weights[i], times[i]);
            }
        }
        return matrix.build();
    }

    /**
     * Returns the sum of the weights of each item's positive interactions that a filter includes, decayed until the newest
     * interaction. Needs {@link #sort}.
     */
    double[] popularities(Filter filter, Decay decay) {
        long now = Arrays.stream(times, 0, size).max().orElse(0);
        double[] popularities = new double[items.size()];
        for (int i = 0; i < size; i++) {
            if (isPositive(i, filter)) {
                popularities[itemOf[i]] += weights[i] * decay.factor(times[i], now);
            }
        }
        return popularities;
    }

    /** Returns a user's newest interactions before a time, oldest first; none of an unknown user. Needs {@link #sort}. */
    List<Interaction> before(String user, long time, int max) {
        Integer number = userNumbers.get(user);
        if (number == null) {
            return List.of();
        }
        List<Interaction> newestFirst = new ArrayList<>();
        for (int i = starts[number + 1] - 1; i >= starts[number] && newestFirst.size() < max; i--) {
            if (times[i] < time) {
                newestFirst.add(new Interaction(items.get(itemOf[i]), weights[i], times[i]));
            }
        }
        return newestFirst.reversed();
    }

    /** Whether a user has an interaction at or after a time. Needs {@link #sort}. */
    boolean hasSince(String user, long time) {
        Integer number = userNumbers.get(user);
        return number != null && starts[number + 1] > starts[number] && times[starts[number + 1] - 1] >= time;
    }
}
