package org.opensearch.affinity.encode.pack;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A batch of rows of tokens, which run through the model together, padded to the longest of them. A row is a text or a chunk of one.
 *
 * @param rows  indices of the rows among those of the caller, longest last
 * @param width tokens of the longest row
 */
record TokenBatch(int[] rows, int width) {

    /**
     * Sorts rows by length and cuts them into batches, so that there is little padding. A batch ends where {@code rows x longest} would
     * exceed the budget. A row longer than the budget is a batch of its own.
     *
     * @param ids    token ids of each row, at least one
     * @param budget tokens of a batch, padding counted
     */
    static List<TokenBatch> cut(int[][] ids, int budget) {
        return cut(IntStream.range(0, ids.length), ids, budget);
    }

    /** Cuts the rows of this batch into smaller batches. */
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

    /** @param texts number of texts to count in this batch */
    BatchReport report(int[][] ids, int texts) {
        return new BatchReport(texts, IntStream.of(lengths(ids)).sum(), rows.length * width);
    }

    /** The token ids {@code [rows, width]}, row-major, padded with 0. */
    int[] padded(int[][] ids) {
        int[] padded = new int[rows.length * width];
        for (int i = 0; i < rows.length; i++) {
            int[] row = ids[rows[i]];
            System.arraycopy(row, 0, padded, i * width, row.length);
        }
        return padded;
    }

    /** The mask {@code [rows, width]}, row-major: 1 for a token, 0 for padding. */
    long[] mask(int[][] ids) {
        long[] mask = new long[rows.length * width];
        for (int i = 0; i < rows.length; i++) {
            Arrays.fill(mask, i * width, i * width + ids[rows[i]].length, 1);
        }
        return mask;
    }

    /** The number of tokens of each row, without padding. */
    int[] lengths(int[][] ids) {
        return IntStream.of(rows).map(row -> ids[row].length).toArray();
    }
}
