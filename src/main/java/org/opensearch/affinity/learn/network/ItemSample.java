package org.opensearch.affinity.learn.network;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Items that the items of a batch are compared with.
 *
 * @param items   the sampled items
 * @param columns by item, its place among them; -1 for others
 */
record ItemSample(long[] items, int[] columns) {
    /** Draws items uniformly without replacement; all if there are not more. */
    static ItemSample draw(int items, int size, SplittableRandom random) {
        int[] all = IntStream.range(0, items).toArray();
        int[] columns = new int[items];
        Arrays.fill(columns, -1);
        long[] drawn = new long[Math.min(size, items)];
        for (int i = 0; i < drawn.length; i++) {
            int other = i + random.nextInt(items - i);
            drawn[i] = all[other];
            columns[all[other]] = i;
            all[other] = all[i];
        }
        return new ItemSample(drawn, columns);
    }

    /**
     * Returns the places, in a flattened matrix with a column for each sampled item, of those of the given items that were sampled.
     *
     * @param rows  by given item, its row in the matrix
     * @param given items
     */
    long[] places(int[] rows, long[] given) {
        return IntStream.range(0, given.length)
            .filter(i -> columns[(int) given[i]] >= 0)
            .mapToLong(i -> (long) rows[i] * items.length + columns[(int) given[i]])
            .toArray();
    }
}
