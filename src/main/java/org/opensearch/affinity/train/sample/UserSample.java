package org.opensearch.affinity.train.sample;

import org.opensearch.affinity.learn.InteractionList;
import org.opensearch.cluster.routing.Murmur3HashFunction;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The users of a log that has more events than a training may keep: those whose names have the smallest hashes, as many as fit, with all
 * their events (bottom-k sampling, Cohen and Kaplan, PODC 2007). It is a uniform sample of the users, and it depends on the events alone:
 * not on the order in which they are added, nor on when the sample is shrunk. All users belong until the first {@link #shrink}. Not
 * thread-safe.
 * <p>
 * A single user may have more events than fit. Of users with more than a hundredth of what fits, and more than
 * {@value #NEVER_CUT} events, only the newest are kept: one robot shall not replace a hundred people.
 */
public final class UserSample {
    /** A user with fewer events is kept whole, unless not even one such user fits. */
    static final int NEVER_CUT = 1_000;
    private static final int USERS_AT_LEAST = 100;
    private static final long HASHES = 1L << 32;

    /** Users with hashes below it belong. */
    private long end = HASHES;
    /** By user of whom only the newest events are kept: those after this time. */
    private final Map<String, Long> cutTimes = new HashMap<>();

    /** Whether an event belongs. */
    public boolean includes(String user, long time) {
        return includes(user) && (cutTimes.isEmpty() || time > cutTimes.getOrDefault(user, Long.MIN_VALUE));
    }

    /** Whether all events of a user belong. True of a user without events too, if they would belong. */
    public boolean includesAll(String user) {
        return includes(user) && cutTimes.containsKey(user) == false;
    }

    private boolean includes(String user) {
        return end == HASHES || hash(user) < end;
    }

    /** From 0 to {@link #HASHES}, exclusive. */
    private static long hash(String user) {
        return Integer.toUnsignedLong(Murmur3HashFunction.hash(user));
    }

    /** Whether an event may have been left out. */
    public boolean isPart() {
        return end < HASHES || cutTimes.isEmpty() == false;
    }

    /** Returns the fraction of all users that belong, 0 to 1. */
    public double usersFraction() {
        return (double) end / HASHES;
    }

    /**
     * Shrinks the sample until it fits, and removes the interactions that do not belong any more.
     *
     * @param list  interactions of which all belong so far
     * @param names of users, by number
     * @param max   the most interactions that fit; never more than in an earlier call
     */
    public void shrink(InteractionList list, String[] names, int max) {
        int most = Math.min(max, Math.max(NEVER_CUT, max / USERS_AT_LEAST));
        int[] sizes = new int[names.length];
        for (int i = 0; i < list.size(); i++) {
            sizes[list.user(i)]++;
        }
        cut(list, names, sizes, most);
        long[] hashes = Arrays.stream(names).mapToLong(UserSample::hash).toArray();
        lowerEnd(hashes, sizes, max);
        long[] after = new long[names.length];
        for (int user = 0; user < after.length; user++) {
            after[user] = hashes[user] < end ? cutTimes.getOrDefault(names[user], Long.MIN_VALUE) : Long.MAX_VALUE;
        }
        list.removeIf(i -> list.time(i) <= after[list.user(i)]);
    }

    /**
     * Cuts users who have more than {@code most} events. Events of equal times are kept or dropped together, so that their order does not
     * matter; fewer than {@code most} may remain.
     *
     * @param sizes number of each user's events; set to {@code most} for cut users, because what remains of them may depend on the order
     */
    private void cut(InteractionList list, String[] names, int[] sizes, int most) {
        Map<Integer, long[]> times = new HashMap<>();
        for (int user = 0; user < sizes.length; user++) {
            if (sizes[user] > most) {
                times.put(user, new long[sizes[user]]);
            }
        }
        for (int i = 0; i < list.size() && times.isEmpty() == false; i++) {
            long[] ofUser = times.get(list.user(i));
            if (ofUser != null) {
                ofUser[--sizes[list.user(i)]] = list.time(i);
            }
        }
        times.forEach((user, ofUser) -> {
            Arrays.sort(ofUser);
            cutTimes.put(names[user], ofUser[ofUser.length - 1 - most]);
        });
        for (int user = 0; user < sizes.length && cutTimes.isEmpty() == false; user++) {
            sizes[user] = cutTimes.containsKey(names[user]) ? most : sizes[user];
        }
    }

    /** Sets the end to the largest one at which the events of all users below it fit. */
    private void lowerEnd(long[] hashes, int[] sizes, int max) {
        if (size(end, hashes, sizes) <= max) {
            return;
        }
        long fits = 0;
        while (end - fits > 1) {
            long middle = (fits + end) / 2;
            if (size(middle, hashes, sizes) <= max) {
                fits = middle;
            } else {
                end = middle;
            }
        }
        end = fits;
    }

    /** Returns the number of events of users below an end. */
    private static long size(long end, long[] hashes, int[] sizes) {
        long size = 0;
        for (int user = 0; user < hashes.length; user++) {
            size += hashes[user] < end ? sizes[user] : 0;
        }
        return size;
    }
}
