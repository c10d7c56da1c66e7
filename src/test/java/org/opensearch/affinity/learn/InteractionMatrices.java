package org.opensearch.affinity.learn;

import java.util.Random;

/** Interaction matrices for tests. */
public final class InteractionMatrices {
    private InteractionMatrices() {}

    /** Returns a matrix with one row per user, oldest first, whose order is known. */
    public static InteractionMatrix ordered(int items, int[]... rows) {
        return of(items, true, rows);
    }

    /** Returns a matrix with one row per user, whose order is unknown. */
    public static InteractionMatrix unordered(int items, int[]... rows) {
        return of(items, false, rows);
    }

    private static InteractionMatrix of(int items, boolean ordered, int[]... rows) {
        InteractionMatrix.Builder builder = new InteractionMatrix.Builder(items);
        for (int user = 0; user < rows.length; user++) {
            for (int i = 0; i < rows[user].length; i++) {
                builder.add(user, rows[user][i], 1, ordered ? i : 0);
            }
        }
        return builder.build();
    }

    /** Returns users of two groups, each of which takes mostly one half of the items, with random weights. */
    public static InteractionMatrix twoGroups(int users, int items, Random random) {
        InteractionMatrix.Builder builder = new InteractionMatrix.Builder(items);
        for (int user = 0; user < users; user++) {
            int size = random.nextInt(12);
            for (int i = 0; i < size; i++) {
                int half = random.nextInt(10) == 0 ? random.nextInt(2) : user % 2;
                builder.add(user, half * (items / 2) + random.nextInt(items / 2), 0.5f + random.nextInt(3), i);
            }
        }
        return builder.build();
    }

    /** Two users who have items 0 and 1, and two who have items 2 and 3. */
    public static InteractionMatrix pairs(boolean ordered) {
        int[][] rows = { { 0, 1 }, { 0, 1 }, { 2, 3 }, { 2, 3 } };
        return ordered ? ordered(4, rows) : unordered(4, rows);
    }
}
