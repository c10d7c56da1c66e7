package org.opensearch.affinity.learn.candidate;

import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.ItemColumns;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.RowMatrix;

import java.util.Arrays;

/**
 * {@code R = D_U^-½ A D_I^-½}, which takes numbers of items to users and back: the interactions' weights A, divided by the roots of
 * users' and items' degrees.
 */
final class Graph {
    private static final int SLICE = 256;

    private final InteractionMatrix log;
    private final ParallelFor crew;
    private final ItemColumns columns;
    private final double[] byUser;
    private final double[] byItem;

    Graph(InteractionMatrix log, ParallelFor crew) {
        this(log, new ItemColumns(log), crew);
    }

    Graph(InteractionMatrix log, ItemColumns columns, ParallelFor crew) {
        this.log = log;
        this.columns = columns;
        this.crew = crew;
        byUser = roots(log.userDegrees());
        byItem = roots(log.itemDegrees());
    }

    private static double[] roots(double[] degrees) {
        return Arrays.stream(degrees).map(degree -> degree > 0 ? 1 / Math.sqrt(degree) : 0).toArray();
    }

    /** What a user's interaction at a place is in R. */
    float entry(int user, int place) {
        return (float) (byUser[user] * log.weight(place) * byItem[log.item(place)]);
    }

    /** The row of one user. */
    float[] toUser(int user, float[][] items) {
        float[] sum = new float[RowMatrix.width(items)];
        toUser(user, items, sum);
        return sum;
    }

    private void toUser(int user, float[][] items, float[] into) {
        for (int place = log.start(user); place < log.end(user); place++) {
            RowMatrix.add(entry(user, place), items[log.item(place)], into);
        }
    }

    float[][] toUsers(float[][] items, ProgressListener watch) {
        float[][] users = new float[log.users()][RowMatrix.width(items)];
        crew.share(users.length, SLICE, watch, (from, to) -> {
            for (int user = from; user < to; user++) {
                toUser(user, items, users[user]);
            }
        });
        return users;
    }

    float[][] toItems(float[][] users, ProgressListener watch) {
        float[][] items = new float[log.items()][RowMatrix.width(users)];
        crew.share(items.length, SLICE, watch, (from, to) -> {
            for (int item = from; item < to; item++) {
                for (int row = columns.start(item); row < columns.end(item); row++) {
                    RowMatrix.add(entry(columns.user(row), columns.place(row)), users[columns.user(row)], items[item]);
                }
            }
        });
        return items;
    }
}
