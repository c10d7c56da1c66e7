package org.opensearch.affinity.train;

import org.opensearch.affinity.learn.InteractionList;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.rating.Ratings;
import org.opensearch.affinity.tracker.Decay;
import org.opensearch.affinity.train.sample.SampledPart;
import org.opensearch.affinity.train.sample.UserSample;
import org.opensearch.common.lease.Releasable;
import org.opensearch.core.common.breaker.CircuitBreaker;
import org.opensearch.core.common.breaker.CircuitBreakingException;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;

/**
 * The interactions of a log in memory, 21 bytes each, 25 where there are ratings, plus the names of users and items. Of a log that is too large, those of a
 * {@link UserSample}. A circuit breaker accounts for them, and for the memory of what is learned from them, until they are closed.
 * Several threads may add; after {@link #sort}, any thread may read.
 */
public final class Interactions implements Releasable {
    /** The most recorded queries that are joined with the log. */
    private static final int MAX_QUERIES = 50_000;
    /** Approximate heap of a training per interaction. */
    private static final long BYTES_PER_INTERACTION = 100;
    private static final int RESERVED_INTERACTIONS = 10_000;
    /** While the log is read, the list may be longer than its limit by this part of it, so that it is rarely shrunk. */
    private static final int SLACK = 8;
    /** With memory for fewer interactions there is no training. */
    private static final int MIN_SAMPLE = 10_000;

    private final CircuitBreaker breaker;
    private final UserSample sample = new UserSample();
    private final ChosenItems chosen = new ChosenItems(MAX_QUERIES);
    private final Map<String, Integer> userNumbers = new HashMap<>();
    private final Map<String, Integer> itemNumbers = new HashMap<>();
    private final Map<String, Integer> actionNumbers = new HashMap<>(Map.of("", 0));
    private final List<String> items = new ArrayList<>();
    private final InteractionList list = new InteractionList();
    private int maxSize;
    private boolean limitedByMemory;
    private long read;
    private int reserved;
    /** Set by {@link #sort}: the names of users by number, and the index of each user's first interaction. */
    private String[] users;
    private int[] starts;
    private List<String> actions = List.of();

    /** Selects interactions. */
    @FunctionalInterface
    public interface Filter {
        /** @param time epoch milliseconds */
        boolean includes(String user, long time);
    }

    /**
     * An interaction of a known user.
     *
     * @param weight below 0 for a dislike
     * @param time   epoch milliseconds
     * @param rating NaN without one
     * @param action name of the action; empty if it is not known
     */
    record Interaction(String item, double weight, long time, float rating, String action) {}

    /**
     * @param maxSize largest number of interactions that are kept
     * @param breaker that accounts for the memory
     */
    public Interactions(int maxSize, CircuitBreaker breaker) {
        this.maxSize = maxSize;
        this.breaker = breaker;
    }

    /**
     * Adds an event of the log. If there is no room for it, the sample becomes smaller.
     *
     * @throws CircuitBreakingException (429) if the node has memory for less than {@value #MIN_SAMPLE} events
     */
    public synchronized void add(LogScan.LoggedEvent event) {
        read++;
        if (event.query() != null && event.weight() > 0) {
            chosen.add(event.query(), event.item());
        }
        if (list.size() >= reserved) {
            reserve();
        }
        if (sample.includes(event.user(), event.time()) == false) {
            return;
        }
        int user = userNumbers.computeIfAbsent(event.user(), name -> userNumbers.size());
        int item = itemNumbers.computeIfAbsent(event.item(), id -> {
            items.add(id);
            return items.size() - 1;
        });
        list.add(user, item, (float) event.weight(), event.time(), action(event.action()), event.rating());
        if (list.size() > maxSize + maxSize / SLACK) {
            shrink();
        }
    }

    /** Returns the number of an action; 0 if there are too many. */
    private int action(String name) {
        return actionNumbers.size() > InteractionList.MAX_ACTIONS
            ? actionNumbers.getOrDefault(name, 0)
            : actionNumbers.computeIfAbsent(name, added -> actionNumbers.size());
    }

    /** Reserves memory for more interactions. If the node does not have it, keeps half of them. */
    private void reserve() {
        try {
            breaker.addEstimateBytesAndMaybeBreak(RESERVED_INTERACTIONS * BYTES_PER_INTERACTION, "training a model");
            reserved += RESERVED_INTERACTIONS;
        } catch (CircuitBreakingException e) {
            if (list.size() < MIN_SAMPLE) {
                throw e;
            }
            limitedByMemory = true;
            // The rest of the training needs memory, too.
            maxSize = list.size() / 2;
            shrink();
        }
    }

    /** Makes the sample fit, and forgets users and items that have no interaction in it. */
    private void shrink() {
        String[] names = new String[userNumbers.size()];
        userNumbers.forEach((name, number) -> names[number] = name);
        sample.shrink(list, names, maxSize);
        int[] all = IntStream.range(0, list.size()).toArray();
        renumber(
            used(userNumbers, Arrays.stream(all).map(list::user).toArray()),
            used(itemNumbers, Arrays.stream(all).map(list::item).toArray())
        );
        int needed = Math.ceilDiv(list.size(), RESERVED_INTERACTIONS) * RESERVED_INTERACTIONS;
        breaker.addWithoutBreaking(-BYTES_PER_INTERACTION * Math.max(0, reserved - needed));
        reserved = Math.min(reserved, needed);
    }

    /** Returns the names of numbers. */
    private static String[] used(Map<String, Integer> numbers, int... some) {
        BitSet used = new BitSet();
        Arrays.stream(some).forEach(used::set);
        return numbers.keySet().stream().filter(name -> used.get(numbers.get(name))).toArray(String[]::new);
    }

    @Override
    public synchronized void close() {
        breaker.addWithoutBreaking(-BYTES_PER_INTERACTION * reserved);
        reserved = 0;
    }

    /** Returns what part of the log is here; null if it is all of it. Needs {@link #sort}. */
    public SampledPart sampled() {
        return sample.isPart() ? new SampledPart(sample.usersFraction(), read, list.size(), limitedByMemory) : null;
    }

    /** Whether all that the log has of a user is here. Needs {@link #sort}. */
    boolean areAllOf(String user) {
        return sample.includesAll(user);
    }

    /** Returns the items with positive interactions that name a query. */
    ChosenItems chosen() {
        return chosen;
    }

    public int size() {
        return list.size();
    }

    public int users() {
        return userNumbers.size();
    }

    /** Returns the ids of the items, by number. */
    public List<String> items() {
        return items;
    }

    /**
     * Numbers users and items in the order of their names, so that the order of reading does not matter. Sorts the interactions by
     * user, then by time. No interaction may be added afterwards.
     */
    public synchronized void sort() {
        if (list.size() > maxSize || sample.isPart()) {
            shrink();
        }
        users = userNumbers.keySet().stream().sorted().toArray(String[]::new);
        renumber(users, items.stream().sorted().toArray(String[]::new));
        int[] taken = IntStream.range(0, list.size()).filter(i -> list.weight(i) > 0).map(list::action).filter(action -> action > 0).toArray();
        List<String> known = Arrays.stream(used(actionNumbers, taken)).sorted().toList();
        actions = known.size() > 1 ? known : List.of(); // one alone says nothing
        int[] renumbered = new int[actionNumbers.size()];
        actionNumbers.forEach((name, number) -> renumbered[number] = actions.indexOf(name) + 1);
        list.renumberActions(renumbered);
        list.sort(true);
        starts = list.starts(users.length);
    }

    /** Numbers users and items by their places in arrays, and forgets all others, which may have no interaction. */
    private void renumber(String[] userNames, String[] itemNames) {
        list.renumber(renumber(userNumbers, userNames), renumber(itemNumbers, itemNames));
        items.clear();
        items.addAll(Arrays.asList(itemNames));
    }

    /** Gives each name its index in {@code names} as a number, and returns the new numbers by the old ones. */
    private static int[] renumber(Map<String, Integer> numbers, String[] names) {
        int[] renumbered = new int[numbers.size()];
        for (int number = 0; number < names.length; number++) {
            renumbered[numbers.get(names[number])] = number;
        }
        numbers.clear();
        for (int number = 0; number < names.length; number++) {
            numbers.put(names[number], number);
        }
        return renumbered;
    }

    private boolean isPositive(int i, Filter filter) {
        return list.weight(i) > 0 && isIncluded(i, filter);
    }

    private boolean isIncluded(int i, Filter filter) {
        return filter.includes(users[list.user(i)], list.time(i));
    }

    private boolean isRated(int i) {
        return Float.isNaN(list.rating(i)) == false;
    }

    /** Returns the number of interactions with a rating. */
    int rated() {
        return (int) IntStream.range(0, list.size()).filter(this::isRated).count();
    }

    /** Whether a filter includes all interactions that models learn from. Needs {@link #sort}. */
    boolean areAllIncluded(Filter filter) {
        for (int i = 0; i < list.size(); i++) {
            if ((list.weight(i) > 0 || isRated(i)) && isIncluded(i, filter) == false) {
                return false;
            }
        }
        return true;
    }

    /** Returns a text that is the same for equal interactions, and another one for almost all others. Needs {@link #sort}. */
    String fingerprint() {
        CRC32C checksum = new CRC32C();
        for (String[] names : List.of(users, items.toArray(String[]::new), actions.toArray(String[]::new))) {
            for (String name : names) {
                checksum.update(name.getBytes(StandardCharsets.UTF_8));
                checksum.update(0);
            }
        }
        ByteBuffer buffer = ByteBuffer.allocate(4 * Integer.BYTES + Long.BYTES + 1);
        for (int i = 0; i < list.size(); i++) {
            buffer.clear().putInt(list.user(i)).putInt(list.item(i)).putFloat(list.weight(i)).putLong(list.time(i));
            checksum.update(buffer.putFloat(list.rating(i)).put((byte) list.action(i)).flip());
        }
        return list.size() + " events, " + Long.toHexString(checksum.getValue());
    }

    /** Returns the time of the newest interaction, epoch milliseconds; 0 without interactions. */
    long newest() {
        return IntStream.range(0, list.size()).mapToLong(list::time).max().orElse(0);
    }

    /** Returns the users with interactions after a time. Needs {@link #sort}. */
    BitSet usersSince(long time) {
        BitSet since = new BitSet();
        IntStream.range(0, list.size()).filter(i -> list.time(i) > time).map(list::user).forEach(since::set);
        return since;
    }

    /** Returns the positive interactions that a filter includes, with times. Needs {@link #sort}. */
    public InteractionMatrix matrix(Filter filter) {
        InteractionMatrix.Builder matrix = new InteractionMatrix.Builder(items.size(), actions);
        for (int i = 0; i < list.size(); i++) {
            if (isPositive(i, filter)) {
                matrix.add(list.user(i), list.item(i), list.weight(i), list.time(i), list.action(i));
            }
        }
        return matrix.build();
    }

    /**
     * Returns the ratings of the interactions that a filter includes, of any weight: of each user for each item the newest one. Needs
     * {@link #sort}.
     */
    public Ratings ratings(Filter filter) {
        Ratings.Builder ratings = new Ratings.Builder(items.size());
        for (int i = 0; i < list.size(); i++) {
            if (isRated(i) && isIncluded(i, filter)) {
                ratings.add(list.user(i), list.item(i), list.rating(i));
            }
        }
        return ratings.build();
    }

    /**
     * Returns the sum of the weights of each item's positive interactions that a filter includes, decayed until the newest
     * interaction. Needs {@link #sort}.
     */
    double[] popularities(Filter filter, Decay decay) {
        long now = newest();
        double[] popularities = new double[items.size()];
        for (int i = 0; i < list.size(); i++) {
            if (isPositive(i, filter)) {
                popularities[list.item(i)] += list.weight(i) * decay.factor(list.time(i), now);
            }
        }
        return popularities;
    }

    private String action(int position) {
        return list.action(position) == 0 ? "" : actions.get(list.action(position) - 1);
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
                newestFirst.add(new Interaction(items.get(list.item(i)), list.weight(i), list.time(i), list.rating(i), action(i)));
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
