package org.opensearch.affinity.encode;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.opensearch.action.support.ContextPreservingActionListener;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.unit.SizeValue;
import org.opensearch.common.util.concurrent.OpenSearchExecutors;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.concurrency.OpenSearchRejectedExecutionException;
import org.opensearch.threadpool.ExecutorBuilder;
import org.opensearch.threadpool.FixedExecutorBuilder;
import org.opensearch.threadpool.ThreadPool;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The queue in front of the device. Texts of all callers wait in one line, and a few threads take
 * slices of it: small requests share a batch, a large one spreads over all threads. What may wait is
 * bounded by {@code thread_pool.affinity_encode.queue_size}, in texts, each cut to what its model reads;
 * what does not fit is refused with status 429. Thread-safe.
 */
public final class Encoder {
    /** The thread pool: its size is the number of batches that run at once. */
    public static final String EXECUTOR = "affinity_encode";

    private static final Logger logger = LogManager.getLogger(Encoder.class);

    /** Enough for sorting by length to pay, little enough that another caller's few texts need not wait long. */
    private static final int MIN_SLICE = 32;
    private static final int MAX_SLICE = 128;
    private static final int QUEUE_SIZE = 10_000;

    private final Models models;
    private final ThreadPool threadPool;
    private final int threads;
    private final long capacity;

    private final Deque<EncodeJob> waiting = new ArrayDeque<>();
    private int waitingTexts;
    private int running;

    /** @param threadPool built with {@link #executor} */
    public Encoder(Models models, ThreadPool threadPool) {
        this.models = models;
        this.threadPool = threadPool;
        ThreadPool.Info info = threadPool.info(EXECUTOR);
        this.threads = info.getMax();
        SizeValue queue = info.getQueueSize();
        this.capacity = queue == null ? Long.MAX_VALUE : queue.singles();
    }

    /** The thread pool that the plugin registers. */
    public static ExecutorBuilder<?> executor(Settings settings) {
        int processors = OpenSearchExecutors.allocatedProcessors(settings);
        return new FixedExecutorBuilder(settings, EXECUTOR, processors, QUEUE_SIZE, "thread_pool." + EXECUTOR);
    }

    public Models models() {
        return models;
    }

    /**
     * Encodes without blocking the caller. The listener is called once, in the caller's thread context:
     * on a thread of the pool with unit vectors in the texts' order or what the engine threw, or at once
     * with an {@link IllegalArgumentException} if there is no such model and an
     * {@link OpenSearchRejectedExecutionException} if the queue is full. This method itself throws
     * nothing. A request larger than the whole queue is taken if nothing waits: its texts are in memory
     * anyway, and it would never fit.
     */
    public void encode(String model, List<String> texts, ActionListener<float[][]> listener) {
        EncodeJob job;
        try {
            ThreadContext context = threadPool.getThreadContext();
            ModelPack pack = models.pack(model);
            List<String> cut = texts.stream().map(pack::cut).toList();
            job = new EncodeJob(model, cut, ContextPreservingActionListener.wrapPreservingContext(listener, context));
        } catch (RuntimeException e) {
            listener.onFailure(e);
            return;
        }
        if (texts.isEmpty()) {
            listener.onResponse(new float[0][]);
            return;
        }
        int starts;
        synchronized (this) {
            starts = enqueue(job);
        }
        if (starts < 0) {
            job.fail(
                new OpenSearchRejectedExecutionException(
                    "[encode] [" + texts.size() + "] texts do not fit the queue, which holds [" + capacity + "]; send less at a time"
                )
            );
        }
        for (int i = 0; i < starts; i++) {
            start();
        }
    }

    /** Returns how many threads to start for it, or -1 if it does not fit. */
    private int enqueue(EncodeJob job) {
        if (waitingTexts > 0 && waitingTexts + job.untaken() > capacity) {
            return -1;
        }
        waiting.add(job);
        waitingTexts += job.untaken();
        int starts = Math.min(threads - running, Math.ceilDiv(waitingTexts, MIN_SLICE));
        running += starts;
        return starts;
    }

    private void start() {
        // The threads serve all callers: none runs as the user who happened to wake it.
        try (ThreadContext.StoredContext ignored = threadPool.getThreadContext().stashContext()) {
            threadPool.executor(EXECUTOR).execute(this::work);
        } catch (OpenSearchRejectedExecutionException e) {
            stopped().forEach(job -> job.fail(e));
        }
    }

    /** The pool takes no more work: without a thread at work those who wait would wait for ever. */
    private synchronized List<EncodeJob> stopped() {
        if (--running > 0) {
            return List.of();
        }
        List<EncodeJob> abandoned = new ArrayList<>(waiting);
        waiting.clear();
        waitingTexts = 0;
        return abandoned;
    }

    private void work() {
        for (List<EncodeJob.Part> slice = next(); slice.isEmpty() == false; slice = next()) {
            encode(slice);
        }
    }

    /** A thread's fair share of what waits, all of one model; empty when the thread may go. */
    private synchronized List<EncodeJob.Part> next() {
        List<EncodeJob.Part> slice = new ArrayList<>();
        int room = Math.clamp(Math.ceilDiv(waitingTexts, threads), MIN_SLICE, MAX_SLICE);
        while (room > 0 && waiting.isEmpty() == false) {
            EncodeJob job = waiting.peek();
            if (slice.isEmpty() == false && job.model().equals(slice.getFirst().model()) == false) {
                break;
            }
            EncodeJob.Part part = job.take(room);
            slice.add(part);
            room -= part.size();
            waitingTexts -= part.size();
            if (job.untaken() == 0) {
                waiting.poll();
            }
        }
        if (slice.isEmpty()) {
            running--;
        }
        return slice;
    }

    private void encode(List<EncodeJob.Part> slice) {
        String model = slice.getFirst().model();
        float[][] vectors;
        try {
            List<String> texts = new ArrayList<>();
            slice.forEach(part -> texts.addAll(part.texts()));
            vectors = models.get(model).encode(texts);
        } catch (Exception e) {
            // The callers get the exception; with thousands of documents a trace for each slice helps nobody.
            logger.warn("[encode] model [{}] failed: {}", model, e.getMessage());
            logger.debug("[encode] failure of model [" + model + "]", e);
            slice.forEach(part -> part.fail(e));
            return;
        }
        int from = 0;
        for (EncodeJob.Part part : slice) {
            part.complete(vectors, from);
            from += part.size();
        }
    }
}
