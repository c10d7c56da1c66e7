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

    public void testEverythingIsDoneOnce() {
        for (int count : new int[] { 0, 1, 9, 10, 11, 1_000 }) {
            AtomicIntegerArray done = new AtomicIntegerArray(count);
            new ParallelFor(pool, 4).share(count, 10, ProgressListener.NOBODY, (from, to) -> {
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

    public void testSeveralThreadsWork() throws Exception {
        CountDownLatch together = new CountDownLatch(3);
        new ParallelFor(pool, 3).share(3, 1, ProgressListener.NOBODY, (from, to) -> {
            together.countDown();
            try {
                assertTrue("alone", together.await(10, TimeUnit.SECONDS));
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
    }

    public void testAnExecutorThatDoesNothingStopsNothing() {
        List<Runnable> never = new ArrayList<>();
        AtomicInteger done = new AtomicInteger();
        new ParallelFor(never::add, 4).share(100, 10, ProgressListener.NOBODY, (from, to) -> done.addAndGet(to - from));
        assertEquals(100, done.get());
        assertEquals(3, never.size());
        never.forEach(Runnable::run);
        assertEquals("who comes late finds nothing to do", 100, done.get());
        new ParallelFor(task -> { throw new RejectedExecutionException(); }, 4).share(100, 10, ProgressListener.NOBODY, (from, to) -> done.addAndGet(to - from));
        assertEquals(200, done.get());
    }

    public void testProgressGoesUpToOne() {
        List<Double> parts = new ArrayList<>();
        new ParallelFor(pool, 2).share(100, 10, parts::add, (from, to) -> {});
        assertEquals(0, parts.get(0), 0);
        for (int i = 1; i < parts.size(); i++) {
            assertTrue(parts.get(i) >= parts.get(i - 1) && parts.get(i) <= 1);
        }
        List<Double> second = new ArrayList<>();
        ProgressListener half = ((ProgressListener) second::add).part(0.5, 1);
        ParallelFor.ALONE.share(4, 1, half, (from, to) -> {});
        assertEquals(List.of(0.5, 0.625, 0.75, 0.875, 1.0), second);
    }

    public void testCancellationEndsTheWork() {
        AtomicInteger done = new AtomicInteger();
        ProgressListener enough = part -> {
            if (part > 0) {
                throw new CancellationException("enough");
            }
        };
        ParallelFor crew = new ParallelFor(pool, randomIntBetween(1, 4));
        assertEquals("enough", expectThrows(CancellationException.class, () -> crew.share(1_000_000, 1, enough, (from, to) -> slow(done))).getMessage());
        int then = done.get();
        assertTrue(then + " of 1,000,000", then < 100_000);
        ParallelFor.ALONE.share(1, 1, ProgressListener.NOBODY, (from, to) -> {});
        assertEquals("nobody works on", then, done.get());
    }

    private static void slow(AtomicInteger done) {
        LockSupport.parkNanos(10_000);
        done.incrementAndGet();
    }

    public void testFailureOfASliceIsThrown() {
        ParallelFor crew = new ParallelFor(pool, 4);
        assertEquals("17", expectThrows(IllegalStateException.class, () -> crew.share(100, 1, ProgressListener.NOBODY, (from, to) -> {
            if (from == 17) {
                throw new IllegalStateException("17");
            }
        })).getMessage());
        expectThrows(IllegalArgumentException.class, () -> new ParallelFor(pool, 0));
    }
}
