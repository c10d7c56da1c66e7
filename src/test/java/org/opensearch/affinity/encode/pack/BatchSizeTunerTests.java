package org.opensearch.affinity.encode.pack;

import org.opensearch.test.OpenSearchTestCase;

import java.util.concurrent.locks.LockSupport;
import java.util.function.IntToLongFunction;

import static org.hamcrest.Matchers.lessThan;

public class BatchSizeTunerTests extends OpenSearchTestCase {
    public void testFastestBatchWins() {
        // A device that is idle in small batches and slow beyond 2,048 tokens: 4, 2.5, 1.7 and 3.9 µs a token.
        assertEquals(2048, best(tokens -> 1_500_000 + tokens * 1000L * (tokens > 2048 ? 35 : 10) / 10));
    }

    public void testSmallerBatchWinsWhereAllAreAlike() {
        assertEquals(512, best(tokens -> tokens * 20_000L));
    }

    public void testTakesASecondAtMost() {
        long start = System.nanoTime();
        best(tokens -> tokens * 1_000L);
        assertThat((System.nanoTime() - start) / 1_000_000, lessThan(1500L));
    }

    public void testSlowDeviceIsAskedForFewTokens() {
        long start = System.nanoTime();
        // Half a second for the smallest batch: two of the next one would take twice the time there is.
        assertEquals(512, best(tokens -> tokens * 1_000_000L));
        assertThat((System.nanoTime() - start) / 1_000_000, lessThan(1500L));
    }

    public void testBatchesThatDoNotFitTheMemory() {
        assertEquals(8192, new BatchSizeTuner(true, 64).best(ids -> {
            sleep(1_000_000);
            return ids.length * ids[0].length <= 8192;
        }));
        assertEquals(4096, new BatchSizeTuner(true, 64).best(ids -> false));
    }

    public void testShortModel() {
        new BatchSizeTuner(false, 8).best(ids -> {
            assertEquals(8, ids[0].length);
            return false;
        });
    }

    private static int best(IntToLongFunction nanos) {
        return new BatchSizeTuner(false, 64, System::nanoTime).best(ids -> {
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
