package org.opensearch.affinity.encode.pack;

import org.opensearch.test.OpenSearchTestCase;

import java.util.concurrent.locks.LockSupport;
import java.util.function.IntToLongFunction;

import static org.hamcrest.Matchers.lessThan;

public class BatchSizeTunerTests extends OpenSearchTestCase {
    public void testFastestBatchWins() {
        // A device with an overhead for each batch that is slow beyond 2,048 tokens: 4, 2.5, 1.7 and 3.9 µs a token.
        assertEquals(2048, best(tokens -> 1_500_000 + tokens * 1000L * (tokens > 2048 ? 35 : 10) / 10));
    }

    public void testSmallestBatchWinsAtEqualSpeed() {
        assertEquals(512, best(tokens -> tokens * 20_000L));
    }

    public void testDuration() {
        long start = System.nanoTime();
        best(tokens -> tokens * 1_000L);
        assertThat((System.nanoTime() - start) / 1_000_000, lessThan(1500L));
    }

    public void testLargeBatchesAreNotTriedOnASlowDevice() {
        long start = System.nanoTime();
        // The smallest batch takes half a second: two runs of the next one would take longer than the total time.
        assertEquals(512, best(tokens -> tokens * 1_000_000L));
        assertThat((System.nanoTime() - start) / 1_000_000, lessThan(1500L));
    }

    public void testBatchesThatExceedTheMemory() {
        assertEquals(8192, new BatchSizeTuner(true, 64).bestBatchTokens(ids -> {
            sleep(1_000_000);
            return ids.length * ids[0].length <= 8192;
        }));
        assertEquals(4096, new BatchSizeTuner(true, 64).bestBatchTokens(ids -> false));
    }

    public void testModelThatReadsFewTokens() {
        new BatchSizeTuner(false, 8).bestBatchTokens(ids -> {
            assertEquals(8, ids[0].length);
            return false;
        });
    }

    private static int best(IntToLongFunction nanos) {
        return new BatchSizeTuner(false, 64, System::nanoTime).bestBatchTokens(ids -> {
            sleep(nanos.applyAsLong(ids.length * ids[0].length));
            return true;
        });
    }

    private static void sleep(long nanos) {
        long until = System.nanoTime() + nanos;
        while (System.nanoTime() < until) {
            LockSupport.parkNanos(until - System.nanoTime());
        }
    }
}
