package org.opensearch.affinity.learn.candidate;

import org.opensearch.affinity.learn.Columns;
import org.opensearch.affinity.learn.Crew;
import org.opensearch.affinity.learn.Log;
import org.opensearch.affinity.learn.Rows;
import org.opensearch.affinity.learn.Watch;

import java.util.Arrays;

/**
 * {@code R = D_U^-½ A D_I^-½}, which takes numbers of items to users and back: the interactions' weights A, divided by the roots of
 * users' and items' degrees.
 */
final class Graph {
    private static final int SLICE = 256;

    private final Log log;
    private final Crew crew;
    private final Columns columns;
    private final double[] byUser;
    private final double[] byItem;

    Graph(Log log, Crew crew) {
        this(log, new Columns(log), crew);
    }

    Graph(Log log, Columns columns, Crew crew) {
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
        float[] sum = new float[Rows.width(items)];
        toUser(user, items, sum);
        return sum;
    }

    private void toUser(int user, float[][] items, float[] into) {
        for (int place = log.start(user); place < log.end(user); place++) {
            Rows.add(entry(user, place), items[log.item(place)], into);
        }
    }

    float[][] toUsers(float[][] items, Watch watch) {
        float[][] users = new float[log.users()][Rows.width(items)];
        crew.share(users.length, SLICE, watch, (from, to) -> {
            for (int user = from; user < to; user++) {
                toUser(user, items, users[user]);
            }
        });
        return users;
    }

    float[][] toItems(float[][] users, Watch watch) {
        float[][] items = new float[log.items()][Rows.width(users)];
        crew.share(items.length, SLICE, watch, (from, to) -> {
            for (int item = from; item < to; item++) {
                for (int row = columns.start(item); row < columns.end(item); row++) {
                    Rows.add(entry(columns.user(row), columns.place(row)), users[columns.user(row)], items[item]);
                }
            }
        });
        return items;
    }
}
