package org.opensearch.affinity.learn;

import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.opensearch.test.OpenSearchTestCase;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;

public class ParallelForTests extends OpenSearchTestCase {
    private static ExecutorService pool;

    @BeforeClass
    public static void start() {
        pool = Executors.newFixedThreadPool(3);
    }

    @AfterClass
    public static void stop() throws InterruptedException {
        pool.shutdownNow();
        assertTrue(pool.awaitTermination(10, TimeUnit.SECONDS));
    }

    public void testEachIndexIsProcessedOnce() {
        for (int count : new int[] { 0, 1, 9, 10, 11, 1_000 }) {
            AtomicIntegerArray done = new AtomicIntegerArray(count);
            new ParallelFor(pool, 4).run(count, 10, ProgressListener.NONE, (from, to) -> {
                assertTrue(to - from <= 10);
                for (int i = from; i < to; i++) {
                    done.incrementAndGet(i);
                }
            });
            for (int i = 0; i < count; i++) {
                assertEquals(1, done.get(i));
            }
        }
    }

    public void testSeveralThreadsWorkAtOnce() throws Exception {
        CountDownLatch together = new CountDownLatch(3);
        new ParallelFor(pool, 3).run(3, 1, ProgressListener.NONE, (from, to) -> {
            together.countDown();
            try {
                assertTrue("the other threads did not start", together.await(10, TimeUnit.SECONDS));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
    }

    public void testCompletesIfTheExecutorDelaysOrRefusesTasks() {
        List<Runnable> delayed = new ArrayList<>();
        AtomicInteger done = new AtomicInteger();
        new ParallelFor(delayed::add, 4).run(100, 10, ProgressListener.NONE, (from, to) -> done.addAndGet(to - from));
        assertEquals(100, done.get());
        assertEquals(3, delayed.size());
        delayed.forEach(Runnable::run);
        assertEquals("a delayed task finds no chunk left", 100, done.get());
        new ParallelFor(task -> { throw new RejectedExecutionException(); }, 4).run(
            100,
            10,
            ProgressListener.NONE,
            (from, to) -> done.addAndGet(to - from)
        );
        assertEquals(200, done.get());
    }

    public void testProgressRisesToOne() {
        List<Double> parts = new ArrayList<>();
        new ParallelFor(pool, 2).run(100, 10, parts::add, (from, to) -> {});
        assertEquals(0, parts.get(0), 0);
        for (int i = 1; i < parts.size(); i++) {
            assertTrue(parts.get(i) >= parts.get(i - 1) && parts.get(i) <= 1);
        }
        List<Double> second = new ArrayList<>();
        ProgressListener half = ((ProgressListener) second::add).part(0.5, 1);
        ParallelFor.SEQUENTIAL.run(4, 1, half, (from, to) -> {});
        assertEquals(List.of(0.5, 0.625, 0.75, 0.875, 1.0), second);
    }

    public void testCancellationEndsTheLoop() {
        AtomicInteger done = new AtomicInteger();
        ProgressListener cancelling = part -> {
            if (part > 0) {
                throw new CancellationException("cancelled");
            }
        };
        ParallelFor parallel = new ParallelFor(pool, randomIntBetween(1, 4));
        assertEquals(
            "cancelled",
            expectThrows(CancellationException.class, () -> parallel.run(1_000_000, 1, cancelling, (from, to) -> slow(done))).getMessage()
        );
        int atCancellation = done.get();
        assertTrue(atCancellation + " of 1,000,000", atCancellation < 100_000);
        ParallelFor.SEQUENTIAL.run(1, 1, ProgressListener.NONE, (from, to) -> {});
        assertEquals("no thread continues", atCancellation, done.get());
    }

    private static void slow(AtomicInteger done) {
        LockSupport.parkNanos(10_000);
        done.incrementAndGet();
    }

    public void testFailureOfAChunkIsThrown() {
        ParallelFor parallel = new ParallelFor(pool, 4);
        assertEquals("17", expectThrows(IllegalStateException.class, () -> parallel.run(100, 1, ProgressListener.NONE, (from, to) -> {
            if (from == 17) {
                throw new IllegalStateException("17");
            }
        })).getMessage());
        expectThrows(IllegalArgumentException.class, () -> new ParallelFor(pool, 0));
    }
}
