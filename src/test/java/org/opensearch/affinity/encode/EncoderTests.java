package org.opensearch.affinity.encode;

import org.junit.After;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.opensearch.ExceptionsHelper;
import org.opensearch.affinity.encode.pack.ModelPacks;
import org.opensearch.affinity.encode.pack.Purpose;
import org.opensearch.affinity.encode.queue.DeviceQueue;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.concurrency.OpenSearchRejectedExecutionException;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.threadpool.ThreadPool;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.instanceOf;

public class EncoderTests extends EncodeTestCase {
    private static ModelPacks models;
    private ThreadPool threadPool;

    @BeforeClass
    public static void openModels() throws Exception {
        Path config = createTempDir();
        brokenPack(config, "broken");
        models = models(config);
    }

    @AfterClass
    public static void closeModels() {
        models.close();
        models = null;
    }

    @After
    public void stopThreads() {
        ThreadPool.terminate(threadPool, 30, TimeUnit.SECONDS);
    }

    private Encoder encoder(int threads, int queue) {
        threadPool = threadPool(threads, queue);
        return encoder(models, threadPool);
    }

    public void testCallersGetTheVectorsOfTheirTexts() throws Exception {
        Encoder encoder = encoder(2, 10_000);
        List<List<String>> calls = IntStream.range(0, 60)
            .mapToObj(call -> texts(randomIntBetween(1, call == 0 ? 300 : 5)).stream().map(text -> text + " of caller " + call).toList())
            .toList();
        List<CompletableFuture<float[][]>> answers = calls.stream().map(texts -> encode(encoder, MODEL, texts)).toList();
        for (int call = 0; call < calls.size(); call++) {
            float[][] vectors = get(answers.get(call));
            float[][] expected = models.get(MODEL).encode(calls.get(call));
            assertEquals(expected.length, vectors.length);
            for (int i = 0; i < expected.length; i++) {
                assertArrayEquals(calls.get(call).get(i), expected[i], vectors[i], 2e-6f);
            }
        }
    }

    public void testFullQueueIsRefused() throws Exception {
        Encoder encoder = encoder(1, 10);
        CountDownLatch release = holdThreads();
        CompletableFuture<float[][]> first = encode(encoder, MODEL, texts(8));
        CompletableFuture<float[][]> second = encode(encoder, MODEL, texts(2));
        CompletableFuture<float[][]> third = encode(encoder, MODEL, texts(1));
        ExecutionException refused = expectThrows(ExecutionException.class, () -> get(third));
        assertThat(refused.getCause(), instanceOf(OpenSearchRejectedExecutionException.class));
        assertEquals(RestStatus.TOO_MANY_REQUESTS, ExceptionsHelper.status(refused.getCause()));
        assertThat(refused.getCause().getMessage(), containsString("of at most [10]"));
        release.countDown();
        assertEquals(8, get(first).length);
        assertEquals(2, get(second).length);
        assertEquals(1, get(encode(encoder, MODEL, texts(1))).length);
    }

    public void testRequestLargerThanTheEmptyQueueIsAccepted() throws Exception {
        Encoder encoder = encoder(1, 10);
        assertEquals(40, get(encode(encoder, MODEL, texts(40))).length);
    }

    public void testUnknownModelAndNoTexts() throws Exception {
        Encoder encoder = encoder(1, 10);
        ExecutionException e = expectThrows(ExecutionException.class, () -> get(encode(encoder, "minilm", texts(1))));
        assertEquals(RestStatus.BAD_REQUEST, ExceptionsHelper.status(e.getCause()));
        assertEquals(0, get(encode(encoder, MODEL, List.of())).length);
    }

    public void testFailureOfAModelFailsTheRequestsForThatModelOnly() throws Exception {
        Encoder encoder = encoder(2, 10_000);
        CountDownLatch release = holdThreads();
        List<CompletableFuture<float[][]>> broken = new ArrayList<>();
        List<CompletableFuture<float[][]>> intact = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            broken.add(encode(encoder, "broken", texts(randomIntBetween(1, 200))));
            intact.add(encode(encoder, MODEL, texts(randomIntBetween(1, 5))));
        }
        release.countDown();
        for (int i = 0; i < 10; i++) {
            CompletableFuture<float[][]> failing = broken.get(i);
            ExecutionException e = expectThrows(ExecutionException.class, () -> get(failing));
            assertThat(e.getCause().getMessage(), containsString("cannot load module"));
            for (float[] vector : get(intact.get(i))) {
                assertUnit(vector);
            }
        }
    }

    public void testClosedWhileQueriesWaitBetweenItems() throws Exception {
        CompletableFuture<float[][]> items;
        CompletableFuture<float[][]> query = new CompletableFuture<>();
        try (ModelPacks closing = models()) {
            threadPool = threadPool(1, 10_000);
            Encoder encoder = encoder(closing, threadPool);
            items = encode(encoder, MODEL, texts(500).stream().map(text -> text + " and more words".repeat(20)).toList());
            assertBusy(() -> assertTrue(encoder.stats().work().batches() > 1));
            ActionListener<float[][]> listener = ActionListener.wrap(query::complete, query::completeExceptionally);
            encoder.encode(MODEL, Purpose.QUERY, List.of("a query"), null, listener);
        }
        for (CompletableFuture<float[][]> answer : List.of(items, query)) {
            ExecutionException e = expectThrows(ExecutionException.class, () -> get(answer));
            assertThat(e.getCause().getMessage(), containsString("clos"));
        }
    }

    @SuppressWarnings("try")
    public void testListenersRunInTheThreadContextOfTheirCaller() throws Exception {
        Encoder encoder = encoder(1, 100);
        ThreadContext context = threadPool.getThreadContext();
        List<CompletableFuture<String>> users = new ArrayList<>();
        CountDownLatch release = holdThreads();
        for (String user : List.of("ann", "bob", "cem")) {
            CompletableFuture<String> seen = new CompletableFuture<>();
            users.add(seen);
            try (ThreadContext.StoredContext ignored = context.stashContext()) {
                context.putHeader("user", user);
                context.putTransient("subject", user);
                encoder.encode(user.equals("cem") ? "broken" : MODEL, texts(1), ActionListener.wrap(
                    vectors -> seen.complete(context.getHeader("user") + context.getTransient("subject")),
                    e -> seen.complete(context.getHeader("user") + context.getTransient("subject"))
                ));
            }
        }
        release.countDown();
        assertEquals("annann", get(users.get(0)));
        assertEquals("bobbob", get(users.get(1)));
        assertEquals("cemcem", get(users.get(2)));
    }

    public void testListenerThatThrowsDoesNotAffectOthers() throws Exception {
        Encoder encoder = encoder(1, 100);
        CountDownLatch release = holdThreads();
        encoder.encode(MODEL, texts(1), new ActionListener<>() {
            @Override
            public void onResponse(float[][] vectors) {
                throw new IllegalStateException("on purpose");
            }

            @Override
            public void onFailure(Exception e) {
                throw new AssertionError("called twice", e);
            }
        });
        CompletableFuture<float[][]> next = encode(encoder, MODEL, texts(1));
        release.countDown();
        assertEquals(1, get(next).length);
    }

    public void testPoolThatIsShutDownFailsRequests() throws Exception {
        Encoder encoder = encoder(2, 1000);
        threadPool.shutdown();
        ExecutionException e = expectThrows(ExecutionException.class, () -> get(encode(encoder, MODEL, texts(100))));
        assertThat(e.getCause(), instanceOf(OpenSearchRejectedExecutionException.class));
    }

    /** Blocks all threads of the pool until the latch is counted down. */
    private CountDownLatch holdThreads() throws InterruptedException {
        int threads = threadPool.info(DeviceQueue.THREAD_POOL).getMax();
        CountDownLatch held = new CountDownLatch(threads);
        CountDownLatch release = new CountDownLatch(1);
        for (int i = 0; i < threads; i++) {
            threadPool.executor(DeviceQueue.THREAD_POOL).execute(() -> {
                held.countDown();
                try {
                    release.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
        assertTrue(held.await(30, TimeUnit.SECONDS));
        return release;
    }

    private static List<String> texts(int count) {
        return IntStream.range(0, count).mapToObj(i -> "text number " + i).toList();
    }
}
