package org.opensearch.affinity.encode.pack;

import org.opensearch.test.OpenSearchTestCase;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

public class TokenBatchTests extends OpenSearchTestCase {
    public void testRowsAreSortedAndCutByBudget() {
        int[][] ids = { { 1, 2, 3, 4 }, { 5 }, { 6, 7 }, { 8 } };
        List<TokenBatch> batches = TokenBatch.cut(ids, 6);
        assertEquals(2, batches.size());
        assertArrayEquals(new int[] { 1, 3, 2 }, batches.get(0).rows());
        assertEquals(2, batches.get(0).width());
        assertArrayEquals(new int[] { 5, 0, 8, 0, 6, 7 }, batches.get(0).padded(ids));
        assertArrayEquals(new int[] { 1, 1, 2 }, batches.get(0).lengths(ids));
        assertArrayEquals(new int[] { 0 }, batches.get(1).rows());
    }

    public void testNoRows() {
        assertEquals(List.of(), TokenBatch.cut(new int[0][], 10));
    }

    public void testEveryRowIsInOneBatchWithinBudget() {
        int budget = randomIntBetween(1, 300);
        int[][] ids = IntStream.range(0, randomIntBetween(1, 200)).mapToObj(i -> new int[randomIntBetween(1, 100)]).toArray(int[][]::new);
        boolean[] seen = new boolean[ids.length];
        for (TokenBatch batch : TokenBatch.cut(ids, budget)) {
            assertTrue(batch.rows().length == 1 || batch.rows().length * batch.width() <= budget);
            assertEquals(batch.width(), Arrays.stream(batch.lengths(ids)).max().getAsInt());
            for (int row : batch.rows()) {
                assertFalse("row " + row + " twice", seen[row]);
                seen[row] = true;
            }
        }
        for (boolean row : seen) {
            assertTrue(row);
        }
    }
}
