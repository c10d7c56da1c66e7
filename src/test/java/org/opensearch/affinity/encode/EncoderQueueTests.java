package org.opensearch.affinity.encode;

import org.junit.After;
import org.junit.Before;
import org.opensearch.ExceptionsHelper;
import org.opensearch.affinity.encode.pack.Chunking;
import org.opensearch.affinity.encode.pack.Purpose;
import org.opensearch.affinity.encode.queue.EncodeStats;
import org.opensearch.affinity.encode.queue.FailedTexts;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.breaker.CircuitBreaker;
import org.opensearch.core.common.breaker.CircuitBreakingException;
import org.opensearch.core.concurrency.OpenSearchRejectedExecutionException;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.core.tasks.TaskCancelledException;
import org.opensearch.threadpool.Scheduler.Cancellable;
import org.opensearch.threadpool.ThreadPool;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.lessThan;
import static org.hamcrest.Matchers.lessThanOrEqualTo;

/** The queue of the encoder: order, limits, cancellation and failures, with a device that the test controls. */
public class EncoderQueueTests extends FakeDeviceTestCase {
    private static final long UNLIMITED = 1L << 30;

    private FakeInference device;
    private CircuitBreaker breaker;
    private ThreadPool threadPool;

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

    private Encoder encoder(int threads, int queue, Settings settings) {
        threadPool = threadPool(threads, queue);
        return new Encoder(models, device, threadPool, breaker, settings);
    }

    private static CompletableFuture<float[][]> encode(Encoder encoder, Purpose purpose, List<String> texts, TimeValue timeout) {
        CompletableFuture<float[][]> future = new CompletableFuture<>();
        encoder.encode("fake", purpose, texts, timeout, ActionListener.wrap(future::complete, future::completeExceptionally));
        return future;
    }

    private static CompletableFuture<float[][]> items(Encoder encoder, int from, int to) {
        return encode(encoder, Purpose.ITEM, texts("item", from, to), null);
    }

    private static List<String> texts(String kind, int from, int to) {
        return IntStream.range(from, to).mapToObj(i -> kind + " " + i).toList();
    }

    private void awaitBlocked(int threads) throws Exception {
        assertBusy(() -> assertEquals(threads, device.blocked()));
    }

    private static Throwable failure(CompletableFuture<?> future) {
        return expectThrows(ExecutionException.class, () -> get(future)).getCause();
    }

    public void testQueryRunsBeforeWaitingItemsAndBetweenBatchesOfItems() throws Exception {
        Encoder encoder = encoder(1, 10_000, Settings.EMPTY);
        device.hold();
        CompletableFuture<float[][]> items = items(encoder, 0, 500);
        awaitBlocked(1);
        CompletableFuture<float[][]> query = encode(encoder, Purpose.QUERY, List.of("query"), null);
        device.release(2);
        assertArrayEquals(FakeInference.vector("query"), get(query)[0], 0f);
        assertFalse(items.isDone());
        assertEquals("after the one batch that ran", FakeInference.BATCH, device.encoded.indexOf("query"));
        device.release();
        float[][] vectors = get(items);
        for (int i = 0; i < vectors.length; i++) {
            assertArrayEquals(FakeInference.vector("item " + i), vectors[i], 0f);
        }
    }

    public void testQueryIsTakenBeforeItems() throws Exception {
        Encoder encoder = encoder(1, 10_000, Settings.EMPTY);
        device.hold();
        CompletableFuture<float[][]> running = encode(encoder, Purpose.QUERY, List.of("running"), null);
        awaitBlocked(1);
        CompletableFuture<float[][]> items = items(encoder, 0, 5);
        CompletableFuture<float[][]> query = encode(encoder, Purpose.QUERY, List.of("query"), null);
        device.release(2);
        assertEquals(1, get(running).length);
        assertEquals(1, get(query).length);
        assertFalse(items.isDone());
        assertEquals(List.of("running", "query"), List.copyOf(device.encoded));
        device.release();
        assertEquals(5, get(items).length);
    }

    public void testQueryThatFailsBetweenBatchesOfItems() throws Exception {
        Encoder encoder = encoder(1, 10_000, Settings.EMPTY);
        device.hold();
        CompletableFuture<float[][]> items = items(encoder, 0, 50);
        awaitBlocked(1);
        CompletableFuture<float[][]> query = encode(encoder, Purpose.QUERY, List.of("poison"), null);
        device.release();
        assertThat(failure(query).getMessage(), containsString("on purpose"));
        assertEquals(50, get(items).length);
        assertBusy(() -> assertEquals(1, encoder.stats().work().failed()));
    }

    public void testFullQueueRefusesItemsInConstantMemoryAndTakesQueries() throws Exception {
        Encoder encoder = encoder(1, 100, Settings.EMPTY);
        device.hold();
        CompletableFuture<float[][]> running = items(encoder, 0, 1);
        awaitBlocked(1);
        List<CompletableFuture<float[][]>> accepted = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            accepted.add(items(encoder, 10 * i, 10 * i + 10));
        }
        long used = breaker.getUsed();
        long bytes = encoder.stats().queueBytes();
        for (int i = 0; i < 1000; i++) {
            Throwable refused = failure(items(encoder, 1000 + i, 1000 + i + randomIntBetween(1, 100)));
            assertThat(refused, instanceOf(OpenSearchRejectedExecutionException.class));
            assertEquals(RestStatus.TOO_MANY_REQUESTS, ExceptionsHelper.status(refused));
            assertThat(refused.getMessage(), allOf(containsString("[100] texts for [item]"), containsString("try again in about [")));
        }
        assertEquals(used, breaker.getUsed());
        assertEquals(bytes, encoder.stats().queueBytes());
        assertEquals(100, encoder.stats().waitingItemTexts());
        assertEquals(1000, encoder.stats().work().rejected());
        CompletableFuture<float[][]> query = encode(encoder, Purpose.QUERY, List.of("query"), null);
        device.release();
        assertEquals(1, get(query).length);
        assertEquals(1, get(running).length);
        for (CompletableFuture<float[][]> job : accepted) {
            assertEquals(10, get(job).length);
        }
    }

    public void testQueueIsBoundedInBytes() throws Exception {
        Encoder encoder = encoder(1, 10_000, Settings.builder().put("affinity.encode.queue.size", "64kb").build());
        device.hold();
        items(encoder, 0, 1);
        awaitBlocked(1);
        List<CompletableFuture<float[][]>> jobs = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            jobs.add(encode(encoder, Purpose.ITEM, List.of(i + " long ".repeat(300)), null));
            assertThat(encoder.stats().queueBytes(), lessThanOrEqualTo(64L << 10));
        }
        assertThat(encoder.stats().work().rejected(), greaterThan(70L));
        assertEquals(100, encoder.stats().work().rejected() + encoder.stats().waitingItemTexts());
        device.release();
        assertBusy(() -> assertTrue(jobs.stream().allMatch(CompletableFuture::isDone)));
    }

    public void testCancelledRequestIsRemovedFromTheQueue() throws Exception {
        Encoder encoder = encoder(1, 10_000, Settings.EMPTY);
        device.hold();
        CompletableFuture<float[][]> running = items(encoder, 0, 5);
        awaitBlocked(1);
        CompletableFuture<float[][]> future = new CompletableFuture<>();
        Cancellable waiting = encoder.encode(
            "fake",
            texts("cancelled", 0, 300),
            ActionListener.wrap(future::complete, future::completeExceptionally)
        );
        CompletableFuture<float[][]> next = items(encoder, 5, 10);
        assertEquals(305, encoder.stats().waitingItemTexts());
        assertFalse(waiting.isCancelled());
        assertTrue(waiting.cancel());
        assertTrue(waiting.isCancelled());
        assertFalse("twice", waiting.cancel());
        assertThat(failure(future), instanceOf(TaskCancelledException.class));
        assertEquals(5, encoder.stats().waitingItemTexts());
        device.release();
        assertEquals(5, get(running).length);
        assertEquals(5, get(next).length);
        assertEquals(10, device.encoded.size());
        assertEquals(1, encoder.stats().work().withdrawn());
    }

    public void testRunningRequestIsCancelled() throws Exception {
        Encoder encoder = encoder(1, 10_000, Settings.EMPTY);
        device.hold();
        CompletableFuture<float[][]> future = new CompletableFuture<>();
        Cancellable running = encoder.encode(
            "fake",
            texts("item", 0, 1000),
            ActionListener.wrap(future::complete, future::completeExceptionally)
        );
        awaitBlocked(1);
        assertTrue(running.cancel());
        assertThat(failure(future), instanceOf(TaskCancelledException.class));
        assertEquals(0, encoder.stats().waitingItemTexts());
        assertThat("a thread still holds a slice", breaker.getUsed(), greaterThan(0L));
        device.release();
        assertBusy(() -> assertEquals(0, breaker.getUsed()));
        assertThat(device.encoded.size(), lessThan(200));
    }

    public void testTimedOutRequestIsRemovedFromTheQueue() throws Exception {
        Encoder encoder = encoder(1, 10_000, Settings.EMPTY);
        device.hold();
        CompletableFuture<float[][]> running = items(encoder, 0, 5);
        awaitBlocked(1);
        TimeValue timeout = TimeValue.timeValueMillis(randomIntBetween(0, 50));
        Throwable late = failure(encode(encoder, Purpose.QUERY, List.of("query"), timeout));
        assertEquals(RestStatus.SERVICE_UNAVAILABLE, ExceptionsHelper.status(late));
        assertThat(late.getMessage(), containsString("no vectors within [" + timeout + "]"));
        assertEquals(0, encoder.stats().waitingQueryTexts());
        device.release();
        assertEquals(5, get(running).length);
        assertFalse(device.encoded.contains("query"));
        assertEquals(1, get(encode(encoder, Purpose.QUERY, List.of("query"), TimeValue.timeValueSeconds(60))).length);
    }

    public void testTrippedBreaker() throws Exception {
        breaker = breaker(100_000);
        Encoder encoder = encoder(1, 10_000, Settings.EMPTY);
        device.hold();
        CompletableFuture<float[][]> first = items(encoder, 0, 30);
        Throwable tripped = failure(items(encoder, 30, 80));
        assertThat(tripped, instanceOf(CircuitBreakingException.class));
        assertEquals(RestStatus.TOO_MANY_REQUESTS, ExceptionsHelper.status(tripped));
        assertEquals(1, encoder.stats().breaker().tripped());
        assertEquals(100_000, encoder.stats().breaker().limit());
        assertEquals(breaker.getUsed(), encoder.stats().breaker().estimated());
        device.release();
        assertEquals(30, get(first).length);
        assertEquals(0, breaker.getUsed());
        assertEquals(50, get(items(encoder, 30, 80)).length);
    }

    public void testSlicesHaveOneChunking() throws Exception {
        Encoder encoder = encoder(1, 10_000, Settings.EMPTY);
        device.hold();
        CompletableFuture<float[][]> running = items(encoder, 0, 1);
        awaitBlocked(1);
        List<CompletableFuture<float[][]>> waiting = new ArrayList<>();
        Chunking[] chunkings = { Chunking.TRUNCATE, new Chunking(8), new Chunking(8), new Chunking(2) };
        for (int i = 0; i < chunkings.length; i++) {
            CompletableFuture<float[][]> future = new CompletableFuture<>();
            waiting.add(future);
            ActionListener<float[][]> listener = ActionListener.wrap(future::complete, future::completeExceptionally);
            encoder.encode("fake", Purpose.ITEM, chunkings[i], texts("chunking " + i, 0, 3), null, listener);
        }
        device.release();
        assertEquals(1, get(running).length);
        for (int i = 0; i < chunkings.length; i++) {
            assertEquals(3, get(waiting.get(i)).length);
            for (String text : texts("chunking " + i, 0, 3)) {
                assertEquals(text, chunkings[i], device.chunkings.get(text));
            }
        }
    }

    public void testBreakerAccountsForChunks() throws Exception {
        Encoder encoder = encoder(1, 10_000, Settings.EMPTY);
        device.hold();
        String text = "x".repeat(1_000);
        ActionListener<float[][]> noop = ActionListener.wrap(vectors -> {}, e -> {});
        encoder.encode("fake", Purpose.ITEM, Chunking.TRUNCATE, List.of(text), null, noop);
        long truncated = breaker.getUsed();
        encoder.encode("fake", Purpose.ITEM, new Chunking(8), List.of(text), null, noop);
        assertEquals("four chunks of ids and vectors", truncated + 4 * (256 * 4 + 384 * 4), breaker.getUsed() - truncated);
    }

    public void testOnlyFailingTextsFail() throws Exception {
        Encoder encoder = encoder(1, 10_000, Settings.EMPTY);
        device.hold();
        CompletableFuture<float[][]> running = items(encoder, 0, 5);
        awaitBlocked(1);
        List<String> texts = new ArrayList<>(texts("item", 10, 30));
        texts.set(3, "poison");
        texts.set(17, " poison ");
        CompletableFuture<float[][]> failing = encode(encoder, Purpose.ITEM, texts, null);
        CompletableFuture<float[][]> succeeding = items(encoder, 40, 45);
        device.release();
        assertEquals(5, get(running).length);
        assertEquals("in one slice with the failing request", 5, get(succeeding).length);
        FailedTexts failed = (FailedTexts) failure(failing);
        assertEquals("[encode] [texts[3]] and [1] more of [20] cannot be encoded: on purpose", failed.getMessage());
        assertEquals(RestStatus.INTERNAL_SERVER_ERROR, failed.status());
        for (int i = 0; i < 20; i++) {
            assertEquals(i == 3 || i == 17, failed.failures()[i] != null);
            if (failed.failures()[i] == null) {
                assertArrayEquals(FakeInference.vector(texts.get(i)), failed.vectors()[i], 0f);
            }
        }
        assertEquals(1, encoder.stats().work().failed());
        int encoded = device.encoded.size();
        texts.removeIf(text -> text.contains("poison"));
        assertEquals(18, get(encode(encoder, Purpose.ITEM, texts, null)).length);
        assertEquals("from the cache", encoded, device.encoded.size());
    }

    public void testGeneralFailureRemovesTheRestOfTheRequest() throws Exception {
        Encoder encoder = encoder(1, 10_000, Settings.EMPTY);
        Throwable failure = failure(encode(encoder, Purpose.ITEM, texts("poison", 0, 5000), null));
        assertThat(failure, instanceOf(IllegalStateException.class));
        assertEquals("one slice, its halves, quarters and eighths", 15, device.failed.get());
        assertEquals(0, breaker.getUsed());
        assertBusy(() -> assertEquals(1, encoder.stats().work().failed()));
    }

    /** Every request calls its listener once and releases its memory, whether it succeeds, fails, is cancelled or times out. */
    public void testEveryOutcomeReleasesTheMemory() throws Exception {
        breaker = breaker(1_000_000);
        Encoder encoder = encoder(2, 300, Settings.builder().put("affinity.encode.cache.size", randomFrom("0b", "100kb", "10mb")).build());
        int requests = 2000;
        List<Outcome> outcomes = new ArrayList<>();
        for (int i = 0; i < requests; i++) {
            int start = randomInt(5000);
            List<String> texts = new ArrayList<>(texts("item", start, start + randomInt(rarely() ? 1000 : 20)));
            if (rarely() && texts.isEmpty() == false) {
                texts.set(randomInt(texts.size() - 1), "poison");
            }
            TimeValue timeout = rarely() ? TimeValue.timeValueMillis(randomInt(5)) : null;
            Outcome outcome = new Outcome(texts, rarely());
            outcomes.add(outcome);
            String model = rarely() ? randomFrom("other", "unknown") : "fake";
            Cancellable request = encoder.encode(model, randomFrom(Purpose.values()), texts, timeout, outcome);
            if (rarely()) {
                request.cancel();
            }
        }
        assertBusy(() -> {
            assertTrue(outcomes.stream().allMatch(outcome -> outcome.answers.get() > 0));
            assertEquals(0, breaker.getUsed());
        });
        assertTrue("answered twice", outcomes.stream().allMatch(outcome -> outcome.answers.get() == 1));
        for (Outcome outcome : outcomes) {
            for (int text = 0; outcome.vectors != null && text < outcome.texts.size(); text++) {
                assertArrayEquals(FakeInference.vector(outcome.texts.get(text)), outcome.vectors[text], 0f);
            }
        }
        EncodeStats stats = encoder.stats();
        assertEquals(0, stats.waitingItemTexts() + stats.waitingQueryTexts());
        assertEquals(0, stats.queueBytes());
        long succeeded = outcomes.stream().filter(outcome -> outcome.vectors != null).count();
        logger.info("[{}] of [{}] requests succeeded: {}", succeeded, requests, stats);
        assertThat(succeeded, greaterThan(0L));
    }

    /** A listener that counts its calls. A faulty one throws when it is called from another thread than the caller's. */
    private static final class Outcome implements ActionListener<float[][]> {
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
