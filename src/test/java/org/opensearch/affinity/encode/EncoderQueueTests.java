package org.opensearch.affinity.encode;

import org.opensearch.ExceptionsHelper;
import org.opensearch.affinity.encode.pack.Chunking;
import org.opensearch.affinity.encode.pack.Purpose;
import org.opensearch.common.settings.Settings;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.concurrency.OpenSearchRejectedExecutionException;
import org.opensearch.core.rest.RestStatus;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.instanceOf;
import static org.hamcrest.Matchers.lessThanOrEqualTo;

/** The queue of the encoder: order and limits. */
public class EncoderQueueTests extends EncoderQueueTestCase {
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
}
