package org.opensearch.affinity.learn;

import org.apache.lucene.util.Accountable;
import org.apache.lucene.util.RamUsageEstimator;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Sparse matrix of users and items: one row per user with the items in order of time, oldest first. Users are numbered 0 to
 * {@link #users} - 1, items 0 to {@link #items} - 1. All interactions are numbered through all rows; those of user u have the
 * positions {@code start(u)} to {@code end(u) - 1}. Takes ten bytes per interaction and four per user. Immutable.
 */
public final class InteractionMatrix implements Accountable {
    private final int items;
    private final int[] starts;
    private final int[] columns;
    private final float[] weights;
    private final byte[] gaps;
    private final boolean ordered;
    private final List<String> actionNames;
    private final byte[] actions;

    private InteractionMatrix(
        int items,
        int[] starts,
        int[] columns,
        float[] weights,
        byte[] gaps,
        boolean ordered,
        List<String> actionNames,
        byte[] actions
    ) {
        this.items = items;
        this.starts = starts;
        this.columns = columns;
        this.weights = weights;
        this.gaps = gaps;
        this.ordered = ordered;
        this.actionNames = actionNames;
        this.actions = actions;
    }

    public int users() {
        return starts.length - 1;
    }

    public int items() {
        return items;
    }

    /** Returns the number of interactions. */
    public int size() {
        return columns.length;
    }

    /** Whether the order within rows is known: at least one user has two interactions at different times. */
    public boolean ordered() {
        return ordered;
    }

    public int start(int user) {
        return starts[user];
    }

    public int end(int user) {
        return starts[user + 1];
    }

    /** Returns the item of the interaction at a position. */
    public int item(int position) {
        return columns[position];
    }

    /** Returns the weight of the interaction at a position, above 0. */
    public float weight(int position) {
        return weights[position];
    }

    /**
     * Returns how long after the one before in its row an interaction was: 0 at the same time and for the first of a row, else
     * {@code 1 + ⌊log₂ difference⌋} in the unit of the times.
     */
    public int gap(int position) {
        return gaps[position];
    }

    /** Returns the number of the action of the interaction at a position: its place in {@link #actionNames} + 1; 0 if it is not known. */
    public int action(int position) {
        return actions[position];
    }

    /** Returns the names of actions that interactions have; empty if none is known. */
    public List<String> actionNames() {
        return actionNames;
    }

    /** Returns the {@link #gap(int)} of two times; 0 if the second one is not later. */
    public static int gap(long before, long time) {
        return time > before ? Long.SIZE - Long.numberOfLeadingZeros(time - before) : 0;
    }

    /** Returns the row of a user, newest first. */
    public WeightedHistory history(int user) {
        int size = end(user) - start(user);
        int[] newestFirst = new int[size];
        float[] historyWeights = new float[size];
        int[] historyGaps = new int[size];
        int[] historyActions = new int[size];
        for (int age = 0; age < size; age++) {
            newestFirst[age] = columns[end(user) - 1 - age];
            historyWeights[age] = weights[end(user) - 1 - age];
            historyGaps[age] = gaps[end(user) - 1 - age];
            historyActions[age] = actions[end(user) - 1 - age];
        }
        return new WeightedHistory(newestFirst, historyWeights, historyGaps, historyActions);
    }

    /** Returns the sum of the weights of each user's interactions: the user's degree in the bipartite graph. */
    public double[] userDegrees() {
        double[] degrees = new double[users()];
        for (int user = 0; user < degrees.length; user++) {
            for (int position = start(user); position < end(user); position++) {
                degrees[user] += weights[position];
            }
        }
        return degrees;
    }

    /** Returns the sum of the weights of each item's interactions. */
    public double[] itemDegrees() {
        double[] degrees = new double[items];
        for (int position = 0; position < columns.length; position++) {
            degrees[columns[position]] += weights[position];
        }
        return degrees;
    }

    /**
     * Returns a text of which items each user took, in which order, how far apart and by which numbers of actions: another one for almost
     * all other matrices. Weights and the names of actions are not in it.
     */
    public String fingerprint() {
        CRC32C checksum = new CRC32C();
        ByteBuffer buffer = ByteBuffer.allocate(Integer.BYTES + 2);
        for (int position = 0; position < columns.length; position++) {
            buffer.clear().putInt(columns[position]).put(gaps[position]).put(actions[position]);
            checksum.update(buffer.flip());
        }
        for (int start : starts) {
            checksum.update(buffer.clear().putInt(start).flip());
        }
        return users() + " users, " + items + " items, " + size() + " interactions, " + Long.toHexString(checksum.getValue());
    }

    @Override
    public long ramBytesUsed() {
        return RamUsageEstimator.sizeOf(starts) + RamUsageEstimator.sizeOf(columns) + RamUsageEstimator.sizeOf(weights)
            + RamUsageEstimator.sizeOf(gaps) + RamUsageEstimator.sizeOf(actions);
    }

    /**
     * Collects interactions in any order; takes 21 bytes per interaction until {@link #build}. Several interactions of one user
     * with one item become one, with the sum of the weights, and the time and the action of the newest. Interactions with equal times keep
     * the order of the calls. Not thread-safe.
     */
    public static final class Builder {
        private final int items;
        private final List<String> actionNames;
        private final InteractionList list = new InteractionList();
        private int users;

        /** @param items size of the catalogue, including items without interactions */
        public Builder(int items) {
            this(items, List.of());
        }

        /**
         * @param items       size of the catalogue, including items without interactions
         * @param actionNames at most {@value InteractionList#MAX_ACTIONS}
         */
        public Builder(int items, List<String> actionNames) {
            if (items < 0 || actionNames.size() > InteractionList.MAX_ACTIONS) {
                throw new IllegalArgumentException(
                    "[items] must be at least 0, and there must be at most [" + InteractionList.MAX_ACTIONS + "] actions, got [" + items
                        + "] items and [" + actionNames.size() + "] actions"
                );
            }
            this.items = items;
            this.actionNames = List.copyOf(actionNames);
        }

        /** Adds an interaction of which the action is not known; otherwise as below. */
        public Builder add(int user, int item, float weight, long time) {
            return add(user, item, weight, time, 0);
        }

        /**
         * Adds an interaction.
         *
         * @param weight finite and above 0
         * @param time   in any unit; one value for all interactions if times are unknown
         * @param action place of its name in the names of actions + 1; 0 if it is not known
         * @throws IllegalArgumentException if the user, the item, the weight or the action is out of range
         */
        public Builder add(int user, int item, float weight, long time, int action) {
            if (user < 0 || user == Integer.MAX_VALUE) {
                throw new IllegalArgumentException("[user] must be at least 0 and below [" + Integer.MAX_VALUE + "], got [" + user + "]");
            }
            if (item < 0 || item >= items) {
                throw new IllegalArgumentException("[item] must be at least 0 and below [" + items + "], got [" + item + "]");
            }
            if (weight > 0 == false || Float.isFinite(weight) == false) {
                throw new IllegalArgumentException("[weight] must be finite and above 0, got [" + weight + "]");
            }
            if (action < 0 || action > actionNames.size()) {
                throw new IllegalArgumentException("[action] must be from 0 to [" + actionNames.size() + "], got [" + action + "]");
            }
            list.add(user, item, weight, time, action, Float.NaN);
            users = Math.max(users, user + 1);
            return this;
        }

        /** Returns a matrix with rows for all users up to the largest one added. The builder must not be used afterwards. */
        public InteractionMatrix build() {
            list.sort(false);
            merge();
            byte[] gaps = gaps();
            boolean ordered = false;
            for (int i = 1; i < gaps.length && ordered == false; i++) {
                ordered = gaps[i] > 0;
            }
            return new InteractionMatrix(items, list.starts(users), list.items(), list.weights(), gaps, ordered, actionNames, list.actions());
        }

        private byte[] gaps() {
            byte[] gaps = new byte[list.size()];
            for (int i = 1; i < gaps.length; i++) {
                if (list.user(i) == list.user(i - 1)) {
                    gaps[i] = (byte) gap(list.time(i - 1), list.time(i));
                }
            }
            return gaps;
        }

        /** Merges repeated interactions into the newest. */
        private void merge() {
            addWeightsToNewest();
            int merged = 0;
            for (int i = 0; i < list.size(); i++) {
                if (list.weight(i) > 0) {
                    list.swap(merged, i);
                    merged++;
                }
            }
            list.truncate(merged);
        }

        /** An interaction that a newer one of the same user and item replaces has weight 0 afterwards. */
        private void addWeightsToNewest() {
            int[] newest = new int[items];
            Arrays.fill(newest, -1);
            for (int i = list.size() - 1; i >= 0; i--) {
                int newer = newest[list.item(i)];
                if (newer >= 0 && list.user(newer) == list.user(i)) {
                    list.setWeight(newer, Math.min(Float.MAX_VALUE, list.weight(newer) + list.weight(i)));
                    list.setWeight(i, 0);
                } else {
                    newest[list.item(i)] = i;
                }
            }
        }
    }
}
