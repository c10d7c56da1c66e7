package org.opensearch.affinity.train;

import org.opensearch.affinity.learn.InteractionList;
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
import java.util.stream.IntStream;

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
    private final InteractionList list = new InteractionList();
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
        if (list.size() == maxSize) {
            throw new IllegalArgumentException(
                "[affinity] the log has more than [" + maxSize + "] events; shorten it with [retention], or raise ["
                    + TrainAction.MAX_EVENTS.getKey() + "], at [" + BYTES_PER_INTERACTION + "] bytes of heap per event"
            );
        }
        if (list.size() % RESERVED_INTERACTIONS == 0) {
            breaker.addEstimateBytesAndMaybeBreak(RESERVED_INTERACTIONS * BYTES_PER_INTERACTION, "training a model");
            reservedBytes += RESERVED_INTERACTIONS * BYTES_PER_INTERACTION;
        }
        int user = userNumbers.computeIfAbsent(event.user(), name -> userNumbers.size());
        int item = itemNumbers.computeIfAbsent(event.item(), id -> {
            items.add(id);
            return items.size() - 1;
        });
        list.add(user, item, (float) event.weight(), event.time());
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
        return list.size();
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
        list.renumber(newUsers, newItems);
        list.sort(true);
        starts = list.starts(users.length);
    }

    /** Gives each name its index in {@code names} as a number, and returns the new numbers by the old ones. */
    private static int[] renumber(Map<String, Integer> numbers, String[] names) {
        int[] renumbered = new int[names.length];
        for (int number = 0; number < names.length; number++) {
            renumbered[numbers.put(names[number], number)] = number;
        }
        return renumbered;
    }

    private boolean isPositive(int i, Filter filter) {
        return list.weight(i) > 0 && filter.includes(users[list.user(i)], list.time(i));
    }

    /** Whether a filter includes all positive interactions. Needs {@link #sort}. */
    boolean areAllIncluded(Filter filter) {
        for (int i = 0; i < list.size(); i++) {
            if (list.weight(i) > 0 && isPositive(i, filter) == false) {
                return false;
            }
        }
        return true;
    }

    /** Returns the positive interactions that a filter includes, with times. Needs {@link #sort}. */
    InteractionMatrix matrix(Filter filter) {
        InteractionMatrix.Builder matrix = new InteractionMatrix.Builder(items.size());
        for (int i = 0; i < list.size(); i++) {
            if (isPositive(i, filter)) {
                matrix.add(list.user(i), list.item(i), list.weight(i), list.time(i));
            }
        }
        return matrix.build();
    }

    /**
     * Returns the sum of the weights of each item's positive interactions that a filter includes, decayed until the newest
     * interaction. Needs {@link #sort}.
     */
    double[] popularities(Filter filter, Decay decay) {
        long now = IntStream.range(0, list.size()).mapToLong(list::time).max().orElse(0);
        double[] popularities = new double[items.size()];
        for (int i = 0; i < list.size(); i++) {
            if (isPositive(i, filter)) {
                popularities[list.item(i)] += list.weight(i) * decay.factor(list.time(i), now);
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
            if (list.time(i) < time) {
                newestFirst.add(new Interaction(items.get(list.item(i)), list.weight(i), list.time(i)));
            }
        }
        return newestFirst.reversed();
    }

    /** Whether a user has an interaction at or after a time. Needs {@link #sort}. */
    boolean hasSince(String user, long time) {
        Integer number = userNumbers.get(user);
        return number != null && starts[number + 1] > starts[number] && list.time(starts[number + 1] - 1) >= time;
    }
}
