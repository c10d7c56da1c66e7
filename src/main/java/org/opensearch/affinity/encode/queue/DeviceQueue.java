package org.opensearch.affinity.encode.queue;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.opensearch.affinity.encode.pack.BatchReport;
import org.opensearch.affinity.encode.pack.Inference;
import org.opensearch.affinity.encode.pack.Purpose;
import org.opensearch.common.settings.Setting;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.unit.SizeValue;
import org.opensearch.common.util.concurrent.OpenSearchExecutors;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.common.unit.ByteSizeValue;
import org.opensearch.core.concurrency.OpenSearchRejectedExecutionException;
import org.opensearch.threadpool.ExecutorBuilder;
import org.opensearch.threadpool.FixedExecutorBuilder;
import org.opensearch.threadpool.ThreadPool;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * A bounded queue of texts for one device, with priority for queries. The threads of {@value #THREAD_POOL} take slices of it, which
 * are texts of one model and purpose, of one or several jobs: small requests share batches, and a large one is spread over all
 * threads. Queries and items wait separately, each up to the same limits. Queries are taken before items, and also between the
 * batches of a slice of items that is running. Thread-safe.
 */
public final class DeviceQueue {
    /** The thread pool whose threads encode; its size is the number of batches that run at once. */
    public static final String THREAD_POOL = "affinity_encode";

    /** The bytes on the heap of the texts that may wait for each purpose. A second limit is the number of texts. */
    public static final Setting<ByteSizeValue> SIZE = Setting.memorySizeSetting(
        "affinity.encode.queue.size",
        "2%",
        Setting.Property.NodeScope,
        Setting.Property.Dynamic
    );

    private static final Logger LOGGER = LogManager.getLogger(DeviceQueue.class);

    /** Default of {@code thread_pool.affinity_encode.queue_size}: the texts that may wait for each purpose. */
    private static final int DEFAULT_MAX_TEXTS = 10_000;
    /** The number of waiting texts for which a further thread is started. */
    private static final int MIN_SLICE_SIZE = 32;
    private static final int MAX_RETRY_SECONDS = 60;

    private final Inference inference;
    private final ThreadPool threadPool;
    private final EncodeMeter meter;
    private final int maxThreads;
    private final long maxTexts;

    // Guarded by this.
    private final Map<Purpose, WaitingJobs> waiting = new EnumMap<>(Purpose.class);
    private long maxBytes;
    private int runningThreads;

    /**
     * @param threadPool has the pool built with {@link #executor}. The pool's size is the maximum number of threads, its queue size
     *                   that of waiting texts for each purpose
     * @param maxBytes   maximum bytes of waiting texts for each purpose
     */
    public DeviceQueue(Inference inference, ThreadPool threadPool, EncodeMeter meter, ByteSizeValue maxBytes) {
        this.inference = inference;
        this.threadPool = threadPool;
        this.meter = meter;
        this.maxBytes = maxBytes.getBytes();
        ThreadPool.Info info = threadPool.info(THREAD_POOL);
        this.maxThreads = info.getMax();
        SizeValue queueSize = info.getQueueSize();
        this.maxTexts = queueSize == null ? Long.MAX_VALUE : queueSize.singles();
        for (Purpose purpose : Purpose.values()) {
            waiting.put(purpose, new WaitingJobs());
        }
    }

    /** The builder of the thread pool {@value #THREAD_POOL}, which the plugin registers. Default size: one thread a processor. */
    public static ExecutorBuilder<?> executor(Settings settings) {
        int processors = OpenSearchExecutors.allocatedProcessors(settings);
        return new FixedExecutorBuilder(settings, THREAD_POOL, processors, DEFAULT_MAX_TEXTS, "thread_pool." + THREAD_POOL);
    }

    /** The models of the device. */
    public Inference inference() {
        return inference;
    }

    /** Changes the maximum bytes of waiting texts for each purpose. Jobs that wait already are not affected. */
    public synchronized void resize(ByteSizeValue maxBytes) {
        this.maxBytes = maxBytes.getBytes();
    }

    /**
     * Adds a job to the queue, or fails it with an {@link OpenSearchRejectedExecutionException} if it exceeds a limit. If no job waits
     * for the purpose, a job is added however large it is: its texts are in memory already, and it would never be within the limits.
     */
    public void submit(EncodeJob job) {
        int newThreads;
        synchronized (this) {
            newThreads = enqueue(job);
        }
        if (newThreads < 0) {
            meter.rejected();
            withdraw(job, rejection(job));
        }
        for (int i = 0; i < newThreads; i++) {
            startThread();
        }
    }

    /**
     * Fails a job and removes its waiting texts from the queue. Texts that a thread has taken are encoded, without effect.
     *
     * @return false if the job's listener was called before
     */
    public boolean withdraw(EncodeJob job, Exception reason) {
        EncodeJob.Part rest;
        synchronized (this) {
            rest = waiting.get(job.purpose()).remove(job);
        }
        rest.drop();
        return job.fail(reason);
    }

    /** The number of waiting texts by purpose. */
    public synchronized Map<Purpose, Integer> texts() {
        Map<Purpose, Integer> texts = new EnumMap<>(Purpose.class);
        waiting.forEach((purpose, jobs) -> texts.put(purpose, jobs.texts()));
        return texts;
    }

    /** The bytes of all waiting texts on the heap. */
    public synchronized long bytes() {
        return waiting.values().stream().mapToLong(WaitingJobs::bytes).sum();
    }

    /** Adds a job and returns the number of threads to start for it, or -1 if it exceeds a limit. Called under the lock. */
    private int enqueue(EncodeJob job) {
        WaitingJobs jobs = waiting.get(job.purpose());
        boolean fits = jobs.texts() + job.untakenTexts() <= maxTexts && jobs.bytes() + job.untakenBytes() <= maxBytes;
        if (fits == false && jobs.isEmpty() == false) {
            return -1;
        }
        jobs.add(job);
        int newThreads = Math.min(maxThreads - runningThreads, Math.ceilDiv(jobs.texts(), MIN_SLICE_SIZE));
        runningThreads += newThreads;
        return newThreads;
    }

    private synchronized OpenSearchRejectedExecutionException rejection(EncodeJob job) {
        WaitingJobs jobs = waiting.get(job.purpose());
        long seconds = Math.clamp((long) Math.ceil(jobs.texts() / meter.textsPerSecond()), 1, MAX_RETRY_SECONDS);
        return new OpenSearchRejectedExecutionException(
            "[encode] the queue of ["
                + inference.device()
                + "] holds ["
                + jobs.texts()
                + "] texts for ["
                + job.purpose().name().toLowerCase(Locale.ROOT)
                + "] in ["
                + new ByteSizeValue(jobs.bytes())
                + "], of at most ["
                + maxTexts
                + "] and ["
                + new ByteSizeValue(maxBytes)
                + "], and has no room for ["
                + job.untakenTexts()
                + "] more; try again in about ["
                + seconds
                + "s], or send fewer texts at a time"
        );
    }

    private void startThread() {
        // Without the caller's thread context: a thread encodes the texts of all callers.
        try (ThreadContext.StoredContext ignored = threadPool.getThreadContext().stashContext()) {
            threadPool.executor(THREAD_POOL).execute(this::work);
        } catch (OpenSearchRejectedExecutionException e) {
            for (EncodeJob.Part part : removeIfNoThreadRuns()) {
                part.drop();
                part.job().fail(e);
            }
        }
    }

    /** Called when the pool is shut down and a thread could not be started: without a running thread, jobs would wait for ever. */
    private synchronized List<EncodeJob.Part> removeIfNoThreadRuns() {
        List<EncodeJob.Part> removed = new ArrayList<>();
        if (--runningThreads == 0) {
            for (WaitingJobs jobs : waiting.values()) {
                while (jobs.isEmpty() == false) {
                    removed.addAll(jobs.take(Integer.MAX_VALUE));
                }
            }
        }
        return removed;
    }

    private void work() {
        for (List<EncodeJob.Part> slice = next(); slice.isEmpty() == false; slice = next()) {
            encode(slice);
        }
    }

    /** Takes the next slice, of queries first; empty if no text waits, and then the thread no longer counts as running. */
    private synchronized List<EncodeJob.Part> next() {
        for (Purpose purpose : Purpose.values()) {
            List<EncodeJob.Part> slice = take(purpose);
            if (slice.isEmpty() == false) {
                return slice;
            }
        }
        runningThreads--;
        return List.of();
    }

    /** Takes one thread's share of the texts that wait for a purpose. */
    private synchronized List<EncodeJob.Part> take(Purpose purpose) {
        WaitingJobs jobs = waiting.get(purpose);
        if (jobs.isEmpty()) {
            return List.of();
        }
        return jobs.take(Math.clamp(Math.ceilDiv(jobs.texts(), maxThreads), MIN_SLICE_SIZE, inference.maxSliceSize(jobs.model())));
    }

    private void encode(List<EncodeJob.Part> slice) {
        String model = slice.getFirst().job().model();
        EncodedTexts encoded;
        try {
            inference.prepare(model);
            meter.begin();
            try {
                encoded = run(slice);
            } finally {
                meter.end();
            }
        } catch (Exception e) {
            log(model, e);
            fail(slice, e);
            return;
        }
        if (encoded.firstFailure() != null) {
            log(model, encoded.firstFailure());
        }
        if (encoded.isGeneralFailure()) {
            fail(slice, encoded.firstFailure());
            return;
        }
        int from = 0;
        for (EncodeJob.Part part : slice) {
            part.complete(encoded, from);
            from += part.size();
        }
    }

    private EncodedTexts run(List<EncodeJob.Part> slice) {
        EncodeJob job = slice.getFirst().job();
        Consumer<BatchReport> afterBatch = job.purpose() == Purpose.QUERY ? batch -> {} : batch -> encodeWaitingQueries();
        List<String> texts = new ArrayList<>();
        slice.forEach(part -> texts.addAll(part.texts()));
        return EncodedTexts.of(
            texts,
            some -> inference.encode(job.model(), job.purpose(), job.chunking(), some, meter.counting(afterBatch))
        );
    }

    /** Logs the message alone: callers get the exception, and a bulk request may have a failure in each of thousands of documents. */
    private static void log(String model, Exception e) {
        LOGGER.warn("[encode] model [{}] failed: {}", model, e.getMessage());
        LOGGER.debug("[encode] failure of model [" + model + "]", e);
    }

    /** Called between two batches of items. */
    private void encodeWaitingQueries() {
        for (List<EncodeJob.Part> slice = take(Purpose.QUERY); slice.isEmpty() == false; slice = take(Purpose.QUERY)) {
            encode(slice);
        }
    }

    /** Fails the jobs of a slice, and removes their waiting texts from the queue. */
    private void fail(List<EncodeJob.Part> slice, Exception e) {
        for (EncodeJob.Part part : slice) {
            part.drop();
            if (withdraw(part.job(), e)) {
                meter.failed();
            }
        }
    }
}
