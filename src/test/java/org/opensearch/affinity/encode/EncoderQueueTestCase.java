package org.opensearch.affinity.encode;

import org.junit.After;
import org.junit.Before;
import org.opensearch.affinity.encode.pack.Purpose;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.breaker.CircuitBreaker;
import org.opensearch.threadpool.ThreadPool;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** Base of tests of the queue of the encoder, with a device that the test controls. */
public abstract class EncoderQueueTestCase extends FakeDeviceTestCase {
    static final long UNLIMITED = 1L << 30;

    FakeInference device;
    CircuitBreaker breaker;
    ThreadPool threadPool;

    @Before
    public void newDevice() {
        device = new FakeInference();
        breaker = breaker(UNLIMITED);
    }

    @After
    public void checkThatMemoryIsReleased() throws Exception {
        device.release();
        assertBusy(() -> assertEquals(0, breaker.getUsed()));
        ThreadPool.terminate(threadPool, 30, TimeUnit.SECONDS);
    }

    Encoder encoder(int threads, int queue, Settings settings) {
        threadPool = threadPool(threads, queue);
        return new Encoder(models, device, threadPool, breaker, settings);
    }

    static CompletableFuture<float[][]> encode(Encoder encoder, Purpose purpose, List<String> texts, TimeValue timeout) {
        CompletableFuture<float[][]> future = new CompletableFuture<>();
        encoder.encode("fake", purpose, texts, timeout, ActionListener.wrap(future::complete, future::completeExceptionally));
        return future;
    }

    static CompletableFuture<float[][]> items(Encoder encoder, int from, int to) {
        return encode(encoder, Purpose.ITEM, texts("item", from, to), null);
    }

    static List<String> texts(String kind, int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> kind + " " + i).toList();
    }

    void awaitBlocked(int threads) throws Exception {
        assertBusy(() -> assertEquals(threads, device.blocked()));
    }

    static Throwable failure(CompletableFuture<?> future) {
        return expectThrows(ExecutionException.class, () -> get(future)).getCause();
    }

    /** A listener that counts its calls. A faulty one throws when it is called from another thread than the caller's. */
    static final class Outcome implements ActionListener<float[][]> {
        final List<String> texts;
        final AtomicInteger answers = new AtomicInteger();
        volatile float[][] vectors;
        private final Thread caller = Thread.currentThread();
        private final boolean faulty;

        Outcome(List<String> texts, boolean faulty) {
            this.texts = texts;
            this.faulty = faulty;
        }

        @Override
        public void onResponse(float[][] answer) {
            vectors = answer;
            answered();
        }

        @Override
        public void onFailure(Exception e) {
            answered();
        }

        private void answered() {
            answers.incrementAndGet();
            if (faulty && Thread.currentThread() != caller) {
                throw new IllegalStateException("on purpose");
            }
        }
    }
}
