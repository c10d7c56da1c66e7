package org.opensearch.affinity.learn;

import java.util.Random;

/** Logs for tests. */
public final class Logs {
    private Logs() {}

    /** A row a user, oldest first, with order. */
    public static InteractionMatrix ordered(int items, int[]... rows) {
        return of(items, true, rows);
    }

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

    /** Users of two tastes, each for one half of the items, with weights, and some who take anything. */
    public static InteractionMatrix twoTastes(int users, int items, Random random) {
        InteractionMatrix.Builder builder = new InteractionMatrix.Builder(items);
        for (int user = 0; user < users; user++) {
            int many = random.nextInt(12);
            for (int i = 0; i < many; i++) {
                int half = random.nextInt(10) == 0 ? random.nextInt(2) : user % 2;
                builder.add(user, half * (items / 2) + random.nextInt(items / 2), 0.5f + random.nextInt(3), i);
            }
        }
        return builder.build();
    }
}
