package org.opensearch.affinity.learn;

/** A {@link InteractionMatrix} by item: who took it and at which places, ordered by place. Eight bytes an interaction. */
public final class ItemColumns {
    private final int[] starts;
    private final int[] users;
    private final int[] places;

    public ItemColumns(InteractionMatrix log) {
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

    public int start(int item) {
        return starts[item];
    }

    public int end(int item) {
        return starts[item + 1];
    }

    public int user(int row) {
        return users[row];
    }

    public int place(int row) {
        return places[row];
    }
}
