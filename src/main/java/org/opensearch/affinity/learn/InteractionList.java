package org.opensearch.affinity.learn;

import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.InPlaceMergeSorter;

import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * Interactions in any number and order, 21 bytes each, or 25 if one has a rating: the coordinate format of a sparse matrix, with times. Not
 * thread-safe; any thread may read it once it is complete.
 */
public final class InteractionList {
    /** The largest number of an action. */
    public static final int MAX_ACTIONS = Byte.MAX_VALUE;

    private int[] users = new int[16];
    private int[] items = new int[16];
    private float[] weights = new float[16];
    private long[] times = new long[16];
    private byte[] actions = new byte[16];
    /** NaN for interactions without one; null until one has a rating. */
    private float[] ratings;
    private int size;

    /**
     * Adds an interaction at the end.
     *
     * @param user   number of the user, at least 0
     * @param item   number of the item, at least 0
     * @param time   in any unit
     * @param action number of the action, from 0 to {@value #MAX_ACTIONS}
     * @param rating any finite number; NaN for none
     */
    public void add(int user, int item, float weight, long time, int action, float rating) {
        users = ArrayUtil.grow(users, size + 1);
        items = ArrayUtil.grow(items, size + 1);
        weights = ArrayUtil.grow(weights, size + 1);
        times = ArrayUtil.grow(times, size + 1);
        actions = ArrayUtil.grow(actions, size + 1);
        users[size] = user;
        items[size] = item;
        weights[size] = weight;
        times[size] = time;
        actions[size] = (byte) action;
        if (ratings != null || Float.isNaN(rating) == false) {
            growRatings();
            ratings[size] = rating;
        }
        size++;
    }

    /** Makes room for the rating of a further interaction. */
    private void growRatings() {
        if (ratings == null) {
            ratings = new float[users.length];
            Arrays.fill(ratings, 0, size, Float.NaN);
        }
        ratings = ArrayUtil.grow(ratings, size + 1);
    }

    public int size() {
        return size;
    }

    /** Removes the interactions from a position on. */
    void truncate(int newSize) {
        size = newSize;
    }

    /** Removes interactions; the others keep their order. The predicate gets positions in ascending order, before anything moves there. */
    public void removeIf(IntPredicate removed) {
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (removed.test(i) == false) {
                users[kept] = users[i];
                items[kept] = items[i];
                weights[kept] = weights[i];
                actions[kept] = actions[i];
                if (ratings != null) {
                    ratings[kept] = ratings[i];
                }
                times[kept++] = times[i];
            }
        }
        size = kept;
    }

    public int user(int position) {
        return users[position];
    }

    public int item(int position) {
        return items[position];
    }

    public float weight(int position) {
        return weights[position];
    }

    void setWeight(int position, float weight) {
        weights[position] = weight;
    }

    public long time(int position) {
        return times[position];
    }

    /** Returns the number of the action. */
    public int action(int position) {
        return actions[position];
    }

    /** Returns NaN for an interaction without a rating. */
    public float rating(int position) {
        return ratings == null ? Float.NaN : ratings[position];
    }

    /** Replaces all numbers of actions by others. */
    public void renumberActions(int[] newActions) {
        for (int i = 0; i < size; i++) {
            actions[i] = (byte) newActions[actions[i]];
        }
    }

    /** Replaces all numbers of users and items by others. */
    public void renumber(int[] newUsers, int[] newItems) {
        for (int i = 0; i < size; i++) {
            users[i] = newUsers[users[i]];
            items[i] = newItems[items[i]];
        }
    }

    /**
     * Sorts by user, then by time. Stable.
     *
     * @param thenByItem whether interactions of one user at one time are sorted by item, then by action and by rating; else they keep their order
     */
    public void sort(boolean thenByItem) {
        new InPlaceMergeSorter() {
            @Override
            protected int compare(int i, int j) {
                int order = users[i] != users[j] ? Integer.compare(users[i], users[j]) : Long.compare(times[i], times[j]);
                if (order != 0 || thenByItem == false) {
                    return order;
                }
                if (items[i] != items[j]) {
                    return Integer.compare(items[i], items[j]);
                }
                return actions[i] != actions[j] ? Byte.compare(actions[i], actions[j]) : Float.compare(rating(i), rating(j));
            }

            @Override
            protected void swap(int i, int j) {
                InteractionList.this.swap(i, j);
            }
        }.sort(0, size);
    }

    void swap(int i, int j) {
        int user = users[i];
        users[i] = users[j];
        users[j] = user;
        int item = items[i];
        items[i] = items[j];
        items[j] = item;
        float weight = weights[i];
        weights[i] = weights[j];
        weights[j] = weight;
        long time = times[i];
        times[i] = times[j];
        times[j] = time;
        byte action = actions[i];
        actions[i] = actions[j];
        actions[j] = action;
        if (ratings != null) {
            float rating = ratings[i];
            ratings[i] = ratings[j];
            ratings[j] = rating;
        }
    }

    /**
     * Returns the position of each user's first interaction, and the size as the last element. Needs {@link #sort}.
     *
     * @param userCount larger than the number of each user
     */
    public int[] starts(int userCount) {
        int[] starts = new int[userCount + 1];
        for (int i = 0; i < size; i++) {
            starts[users[i] + 1]++;
        }
        for (int user = 0; user < userCount; user++) {
            starts[user + 1] += starts[user];
        }
        return starts;
    }

    /** Returns a copy of the items, by position. */
    int[] items() {
        return ArrayUtil.copyOfSubArray(items, 0, size);
    }

    /** Returns a copy of the actions, by position. */
    byte[] actions() {
        return ArrayUtil.copyOfSubArray(actions, 0, size);
    }

    /** Returns a copy of the weights, by position. */
    float[] weights() {
        return ArrayUtil.copyOfSubArray(weights, 0, size);
    }
}
