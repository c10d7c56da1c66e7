package org.opensearch.affinity.learn;

/**
 * The columns of an {@link InteractionMatrix}: for each item its users and the positions of their interactions, in ascending order
 * of position. The entries of item i are {@code start(i)} to {@code end(i) - 1}. Eight bytes per interaction. Immutable.
 */
public final class ItemColumns {
    private final int[] starts;
    private final int[] users;
    private final int[] positions;

    public ItemColumns(InteractionMatrix interactions) {
        starts = new int[interactions.items() + 1];
        users = new int[interactions.size()];
        positions = new int[interactions.size()];
        for (int position = 0; position < interactions.size(); position++) {
            starts[interactions.item(position) + 1]++;
        }
        for (int item = 0; item < interactions.items(); item++) {
            starts[item + 1] += starts[item];
        }
        int[] next = starts.clone();
        for (int user = 0; user < interactions.users(); user++) {
            for (int position = interactions.start(user); position < interactions.end(user); position++) {
                int entry = next[interactions.item(position)]++;
                users[entry] = user;
                positions[entry] = position;
            }
        }
    }

    public int start(int item) {
        return starts[item];
    }

    public int end(int item) {
        return starts[item + 1];
    }

    /** Returns the user of an entry. */
    public int user(int entry) {
        return users[entry];
    }

    /** Returns the position of an entry's interaction in the {@link InteractionMatrix}. */
    public int position(int entry) {
        return positions[entry];
    }
}
