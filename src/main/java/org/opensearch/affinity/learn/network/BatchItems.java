package org.opensearch.affinity.learn.network;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** The different items of a batch, each once: first the sampled ones, which others are compared with, then all others. Not thread-safe. */
final class BatchItems {
    private final int sampled;
    private final int[] places;
    private long[] items;
    private int size;

    private BatchItems(int[] sampled, int items) {
        this.sampled = sampled.length;
        places = new int[items];
        Arrays.fill(places, -1);
        this.items = new long[sampled.length];
        IntStream.of(sampled).forEach(this::place);
    }

    /**
     * Draws items uniformly without replacement; all if there are not more.
     *
     * @param from  items to draw from
     * @param items number of items of the catalogue
     */
    static BatchItems draw(int[] from, int size, int items, SplittableRandom random) {
        int[] drawn = from.clone();
        int count = Math.min(size, drawn.length);
        for (int i = 0; i < count; i++) {
            int other = i + random.nextInt(drawn.length - i);
            int item = drawn[other];
            drawn[other] = drawn[i];
            drawn[i] = item;
        }
        return new BatchItems(Arrays.copyOf(drawn, count), items);
    }

    /** Returns the place of an item, which is added if it is new. */
    int place(int item) {
        if (places[item] < 0) {
            if (size == items.length) {
                items = Arrays.copyOf(items, 2 * size + 1);
            }
            items[size] = item;
            places[item] = size++;
        }
        return places[item];
    }

    /** Returns the items by place. */
    long[] items() {
        return Arrays.copyOf(items, size);
    }

    /** Returns the number of sampled items, which have the first places. */
    int sampled() {
        return sampled;
    }

    /**
     * Returns the places, in a flattened matrix with a column for each sampled item, of those of the given items that were sampled.
     *
     * @param rows  by given item, its row in the matrix
     * @param given items
     */
    long[] sampledAmong(int[] rows, int[] given) {
        return IntStream.range(0, given.length)
            .filter(i -> places[given[i]] >= 0 && places[given[i]] < sampled)
            .mapToLong(i -> (long) rows[i] * sampled + places[given[i]])
            .toArray();
    }
}
