package org.opensearch.affinity.learn.factor;

import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.ItemColumns;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.RowMatrix;

import java.util.Arrays;

/**
 * The normalised adjacency matrix {@code R = D_U^-user/2 A D_I^-½} of users and items: the interactions' weights A, divided by powers of the
 * users' degrees, usually the square roots, and by the square roots of the items' degrees. Immutable and thread-safe.
 */
public final class Graph {
    private static final int ROWS_PER_CHUNK = 256;

    private final InteractionMatrix interactions;
    private final ParallelFor parallel;
    private final ItemColumns columns;
    private final double[] userFactors;
    private final double[] itemFactors;

    public Graph(InteractionMatrix interactions, ParallelFor parallel) {
        this(interactions, new ItemColumns(interactions), 1, parallel);
    }

    public Graph(InteractionMatrix interactions, ItemColumns columns, ParallelFor parallel) {
        this(interactions, columns, 1, parallel);
    }

    /** @param userExponent 1 for square roots */
    Graph(InteractionMatrix interactions, ItemColumns columns, double userExponent, ParallelFor parallel) {
        this.interactions = interactions;
        this.columns = columns;
        this.parallel = parallel;
        userFactors = inverses(interactions.userDegrees(), userExponent / 2);
        itemFactors = inverses(interactions.itemDegrees(), 0.5);
    }

    private static double[] inverses(double[] degrees, double exponent) {
        return Arrays.stream(degrees).map(degree -> degree > 0 ? Math.pow(degree, -exponent) : 0).toArray();
    }

    /** Returns the element of R for the user's interaction at a position. */
    public float element(int user, int position) {
        return (float) (userFactors[user] * interactions.weight(position) * itemFactors[interactions.item(position)]);
    }

    /** Returns one user's row of {@code R items}. */
    public float[] toUser(int user, float[][] items) {
        float[] sum = new float[RowMatrix.width(items)];
        toUser(user, items, sum);
        return sum;
    }

    private void toUser(int user, float[][] items, float[] into) {
        for (int position = interactions.start(user); position < interactions.end(user); position++) {
            RowMatrix.add(element(user, position), items[interactions.item(position)], into);
        }
    }

    /** Returns {@code R items}. */
    public float[][] toUsers(float[][] items, ProgressListener progress) {
        float[][] users = new float[interactions.users()][RowMatrix.width(items)];
        parallel.run(users.length, ROWS_PER_CHUNK, progress, (from, to) -> {
            for (int user = from; user < to; user++) {
                toUser(user, items, users[user]);
            }
        });
        return users;
    }

    /** Returns {@code Rᵀ users}. */
    public float[][] toItems(float[][] users, ProgressListener progress) {
        float[][] items = new float[interactions.items()][RowMatrix.width(users)];
        parallel.run(items.length, ROWS_PER_CHUNK, progress, (from, to) -> {
            for (int item = from; item < to; item++) {
                for (int entry = columns.start(item); entry < columns.end(item); entry++) {
                    int user = columns.user(entry);
                    RowMatrix.add(element(user, columns.position(entry)), users[user], items[item]);
                }
            }
        });
        return items;
    }
}
