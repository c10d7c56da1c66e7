package org.opensearch.affinity.learn;

import org.apache.lucene.util.Accountable;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.InPlaceMergeSorter;
import org.apache.lucene.util.RamUsageEstimator;

import java.util.Arrays;

/**
 * Who took which items: a row a user, of items in the order of time, oldest first. Users are 0 to {@link #users} - 1, items 0 to
 * {@link #items} - 1. An interaction has a place, counted through all rows: those of user u are {@code start(u)} to
 * {@code end(u) - 1}. Eight bytes an interaction, and four a user. Immutable.
 */
public final class InteractionMatrix implements Accountable {
    private final int items;
    private final int[] starts;
    private final int[] taken;
    private final float[] weights;
    private final boolean ordered;

    private InteractionMatrix(int items, int[] starts, int[] taken, float[] weights, boolean ordered) {
        this.items = items;
        this.starts = starts;
        this.taken = taken;
        this.weights = weights;
        this.ordered = ordered;
    }

    public int users() {
        return starts.length - 1;
    }

    public int items() {
        return items;
    }

    /** How many interactions there are. */
    public int size() {
        return taken.length;
    }

    /** Whether the order within rows means anything: whether some user did two things at different times. */
    public boolean ordered() {
        return ordered;
    }

    public int start(int user) {
        return starts[user];
    }

    public int end(int user) {
        return starts[user + 1];
    }

    /** The item at a place. */
    public int item(int place) {
        return taken[place];
    }

    /** What the interaction at a place counts, above 0. */
    public float weight(int place) {
        return weights[place];
    }

    /** The whole row of a user, as an encoder reads it. */
    public WeightedHistory history(int user) {
        int size = end(user) - start(user);
        int[] newest = new int[size];
        float[] counts = new float[size];
        for (int age = 0; age < size; age++) {
            newest[age] = taken[end(user) - 1 - age];
            counts[age] = weights[end(user) - 1 - age];
        }
        return new WeightedHistory(newest, counts);
    }

    /** What each user's interactions weigh together, by user: his degree in the graph of users and items. */
    public double[] userDegrees() {
        double[] degrees = new double[users()];
        for (int user = 0; user < degrees.length; user++) {
            for (int place = start(user); place < end(user); place++) {
                degrees[user] += weights[place];
            }
        }
        return degrees;
    }

    /** The same by item. */
    public double[] itemDegrees() {
        double[] degrees = new double[items];
        for (int place = 0; place < taken.length; place++) {
            degrees[taken[place]] += weights[place];
        }
        return degrees;
    }

    @Override
    public long ramBytesUsed() {
        return RamUsageEstimator.sizeOf(starts) + RamUsageEstimator.sizeOf(taken) + RamUsageEstimator.sizeOf(weights);
    }

    /**
     * Takes interactions in any order, 20 bytes each until {@link #build}. What a user did with one item several times becomes one
     * interaction with the sum of the weights, at the newest time. At one time, the order is that of the calls.
     */
    public static final class Builder {
        private final int items;
        private int users;
        private int size;
        private int[] who = new int[16];
        private int[] what = new int[16];
        private float[] weights = new float[16];
        private long[] times = new long[16];

        /** @param items how many items the catalogue has; those that nobody took count too */
        public Builder(int items) {
            if (items < 0) {
                throw new IllegalArgumentException("a catalogue cannot have " + items + " items");
            }
            this.items = items;
        }

        /**
         * @param weight what it counts, finite and above 0
         * @param time   in any unit; the same for all where nobody knows
         * @throws IllegalArgumentException when the user is below 0, the item is not in the catalogue, or the weight is not as said
         */
        public Builder add(int user, int item, float weight, long time) {
            if (user < 0 || user == Integer.MAX_VALUE) {
                throw new IllegalArgumentException("no user " + user);
            }
            if (item < 0 || item >= items) {
                throw new IllegalArgumentException("no item " + item + " in a catalogue of " + items);
            }
            if (weight > 0 == false || Float.isFinite(weight) == false) {
                throw new IllegalArgumentException("a weight must be finite and above 0, got " + weight);
            }
            who = ArrayUtil.grow(who, size + 1);
            what = ArrayUtil.grow(what, size + 1);
            weights = ArrayUtil.grow(weights, size + 1);
            times = ArrayUtil.grow(times, size + 1);
            who[size] = user;
            what[size] = item;
            weights[size] = weight;
            times[size] = time;
            size++;
            users = Math.max(users, user + 1);
            return this;
        }

        /** As many users as the largest number said; the builder is of no use afterwards. */
        public InteractionMatrix build() {
            sort();
            int[] starts = new int[users + 1];
            int kept = merge(starts);
            boolean ordered = false;
            for (int i = 1; i < kept && ordered == false; i++) {
                ordered = who[i] == who[i - 1] && times[i] != times[i - 1];
            }
            return new InteractionMatrix(items, starts, Arrays.copyOf(what, kept), Arrays.copyOf(weights, kept), ordered);
        }

        /** By user, then by time; stable. */
        private void sort() {
            new InPlaceMergeSorter() {
                @Override
                protected int compare(int i, int j) {
                    return who[i] != who[j] ? Integer.compare(who[i], who[j]) : Long.compare(times[i], times[j]);
                }

                @Override
                protected void swap(int i, int j) {
                    swapAt(i, j);
                }
            }.sort(0, size);
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

        /** Moves what stays to the front; what was older of a user's item adds its weight to the newest. */
        private int merge(int[] starts) {
            int[] newest = new int[items];
            Arrays.fill(newest, -1);
            for (int i = size - 1; i >= 0; i--) {
                int later = newest[what[i]];
                if (later >= 0 && who[later] == who[i]) {
                    weights[later] = Math.min(Float.MAX_VALUE, weights[later] + weights[i]);
                    weights[i] = 0;
                } else {
                    newest[what[i]] = i;
                }
            }
            int kept = 0;
            for (int i = 0; i < size; i++) {
                if (weights[i] > 0) {
                    swapAt(kept, i);
                    starts[who[kept] + 1]++;
                    kept++;
                }
            }
            for (int user = 0; user < users; user++) {
                starts[user + 1] += starts[user];
            }
            return kept;
        }
    }
}
