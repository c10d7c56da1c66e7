package org.opensearch.affinity.learn;

/** A {@link Log} by item: who took it and at which places, ordered by place. Eight bytes an interaction. */
final class Columns {
    private final int[] starts;
    private final int[] users;
    private final int[] places;

    Columns(Log log) {
        starts = new int[log.items() + 1];
        users = new int[log.size()];
        places = new int[log.size()];
        for (int place = 0; place < log.size(); place++) {
            starts[log.item(place) + 1]++;
        }
        for (int item = 0; item < log.items(); item++) {
            starts[item + 1] += starts[item];
        }
        int[] next = starts.clone();
        for (int user = 0; user < log.users(); user++) {
            for (int place = log.start(user); place < log.end(user); place++) {
                int row = next[log.item(place)]++;
                users[row] = user;
                places[row] = place;
            }
        }
    }

    int start(int item) {
        return starts[item];
    }

    int end(int item) {
        return starts[item + 1];
    }

    int user(int row) {
        return users[row];
    }

    int place(int row) {
        return places[row];
    }
}
