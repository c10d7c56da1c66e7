package org.opensearch.affinity.encode;

import org.opensearch.ExceptionsHelper;
import org.opensearch.affinity.encode.pack.Purpose;
import org.opensearch.affinity.encode.queue.EncodeStats;
import org.opensearch.affinity.encode.queue.FailedTexts;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.breaker.CircuitBreakingException;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.core.tasks.TaskCancelledException;
import org.opensearch.threadpool.Scheduler.Cancellable;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.lessThan;

/** Requests that fail, are cancelled or time out in the queue, and their memory. */
public class EncoderQueueFailureTests extends EncoderQueueTestCase {
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
}
