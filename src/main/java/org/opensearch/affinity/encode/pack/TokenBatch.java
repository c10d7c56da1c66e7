package org.opensearch.affinity.encode.pack;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Rows of tokens, each a text or a chunk of one, that run through the model together, padded to the longest of them.
 *
 * @param rows  which of the caller's rows, longest last
 * @param width tokens of the longest
 */
record TokenBatch(int[] rows, int width) {

    /**
     * Sorts rows by length and cuts them where {@code rows x longest} would exceed the budget, so that
     * little of a batch is padding. A row longer than the budget has a batch of its own.
     *
     * @param ids    token ids of each row, at least one
     * @param budget tokens of a batch, padding counted
     */
    static List<TokenBatch> cut(int[][] ids, int budget) {
        return cut(IntStream.range(0, ids.length), ids, budget);
    }

    /** The rows of this batch in smaller ones. */
    List<TokenBatch> cutAgain(int[][] ids, int budget) {
        return cut(IntStream.of(rows), ids, budget);
    }

    private static List<TokenBatch> cut(IntStream all, int[][] ids, int budget) {
        int[] order = all.boxed()
            .sorted(Comparator.comparingInt(row -> ids[row].length))
            .mapToInt(Integer::intValue)
            .toArray();
        List<TokenBatch> batches = new ArrayList<>();
        int from = 0;
        for (int to = 1; to <= order.length; to++) {
            boolean last = to == order.length;
            if (last || (long) (to + 1 - from) * ids[order[to]].length > budget) {
                int[] rows = Arrays.copyOfRange(order, from, to);
                batches.add(new TokenBatch(rows, ids[order[to - 1]].length));
                from = to;
            }
        }
        return batches;
    }

    /** What it has cost, and how many texts to count for it. */
    BatchReport ran(int[][] ids, int texts) {
        return new BatchReport(texts, IntStream.of(lengths(ids)).sum(), rows.length * width);
    }

    /** {@code [rows, width]}, row-major, padded with 0. */
    int[] padded(int[][] ids) {
        int[] padded = new int[rows.length * width];
        for (int i = 0; i < rows.length; i++) {
            int[] row = ids[rows[i]];
            System.arraycopy(row, 0, padded, i * width, row.length);
        }
        return padded;
    }

    /** {@code [rows, width]}: 1 for a token, 0 for padding. */
    long[] mask(int[][] ids) {
        long[] mask = new long[rows.length * width];
        for (int i = 0; i < rows.length; i++) {
            Arrays.fill(mask, i * width, i * width + ids[rows[i]].length, 1);
        }
        return mask;
    }

    /** {@code [rows]}: how many tokens of each row are not padding. */
    int[] lengths(int[][] ids) {
        return IntStream.of(rows).map(row -> ids[row].length).toArray();
    }
}
