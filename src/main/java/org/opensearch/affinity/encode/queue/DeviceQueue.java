package org.opensearch.affinity.encode.queue;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.opensearch.affinity.encode.pack.BatchReport;
import org.opensearch.affinity.encode.pack.Chunking;
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
 * The line in front of one device. Texts of all callers wait in it, and a few threads take slices: small
 * requests share a batch, a large one spreads over all threads. Queries and items have a lane each, so that
 * neither fills the other's. Queries go first: before any slice of items, and between the batches of one that
 * runs. A thread tokenises its slice while others run theirs. Thread-safe.
 */
public final class DeviceQueue {
    /** The thread pool whose threads encode; its size is the number of batches that run at once. */
    public static final String THREAD_POOL = "affinity_encode";

    /** What may wait in each lane beside the limit in texts, on the heap. */
    public static final Setting<ByteSizeValue> SIZE = Setting.memorySizeSetting(
        "affinity.encode.queue.size",
        "2%",
        Setting.Property.NodeScope,
        Setting.Property.Dynamic
    );

    private static final Logger logger = LogManager.getLogger(DeviceQueue.class);

    /** Default of {@code thread_pool.affinity_encode.queue_size}: the texts that may wait for each purpose. */
    private static final int MAX_WAITING_TEXTS = 10_000;
    /** Fewer texts are not worth another thread. */
    private static final int MIN_SLICE = 32;
    private static final int MAX_RETRY_SECONDS = 60;

    private final Inference inference;
    private final ThreadPool threadPool;
    private final EncodeMeter meter;
    private final int threads;
    private final long capacity;

    private final Map<Purpose, WaitingJobs> lanes = new EnumMap<>(Purpose.class);
    private long capacityBytes;
    private int running;

    /**
     * @param threadPool    built with {@link #executor}: its threads and the most texts a lane holds
     * @param capacityBytes most bytes of texts a lane holds
     */
    public DeviceQueue(Inference inference, ThreadPool threadPool, EncodeMeter meter, ByteSizeValue capacityBytes) {
        this.inference = inference;
        this.threadPool = threadPool;
        this.meter = meter;
        this.capacityBytes = capacityBytes.getBytes();
        ThreadPool.Info info = threadPool.info(THREAD_POOL);
        this.threads = info.getMax();
        SizeValue queue = info.getQueueSize();
        this.capacity = queue == null ? Long.MAX_VALUE : queue.singles();
        for (Purpose purpose : Purpose.values()) {
            lanes.put(purpose, new WaitingJobs());
        }
    }

    /** The builder of the thread pool {@value #THREAD_POOL}, which the plugin registers. Default size: one thread a processor. */
    public static ExecutorBuilder<?> executor(Settings settings) {
        int processors = OpenSearchExecutors.allocatedProcessors(settings);
        return new FixedExecutorBuilder(settings, THREAD_POOL, processors, MAX_WAITING_TEXTS, "thread_pool." + THREAD_POOL);
    }

    public Inference inference() {
        return inference;
    }

    public synchronized void resize(ByteSizeValue capacityBytes) {
        this.capacityBytes = capacityBytes.getBytes();
    }

    /**
     * Takes a job or fails it with an {@link OpenSearchRejectedExecutionException} if it does not fit. A job
     * larger than its lane is taken if nothing waits: its texts are in memory anyway, and it would never fit.
     */
    public void submit(EncodeJob job) {
        int starts;
        synchronized (this) {
            starts = enqueue(job);
        }
        if (starts < 0) {
            meter.rejected();
            withdraw(job, rejection(job));
        }
        for (int i = 0; i < starts; i++) {
            start();
        }
    }

    /**
     * Answers the job with a failure now and drops what of it still waits.
     *
     * @return false if it was answered before
     */
    public boolean withdraw(EncodeJob job, Exception why) {
        EncodeJob.Part rest;
        synchronized (this) {
            rest = lanes.get(job.purpose()).remove(job);
        }
        rest.drop();
        return job.fail(why);
    }

    /** Texts that wait, by purpose. */
    public synchronized Map<Purpose, Integer> texts() {
        Map<Purpose, Integer> texts = new EnumMap<>(Purpose.class);
        lanes.forEach((purpose, lane) -> texts.put(purpose, lane.texts()));
        return texts;
    }

    /** What they take on the heap. */
    public synchronized long bytes() {
        return lanes.values().stream().mapToLong(WaitingJobs::bytes).sum();
    }

    /** Returns how many threads to start for it, or -1 if it does not fit. */
    private int enqueue(EncodeJob job) {
        WaitingJobs lane = lanes.get(job.purpose());
        boolean fits = lane.texts() + job.untaken() <= capacity && lane.bytes() + job.untakenBytes() <= capacityBytes;
        if (fits == false && lane.isEmpty() == false) {
            return -1;
        }
        lane.add(job);
        int starts = Math.min(threads - running, Math.ceilDiv(lane.texts(), MIN_SLICE));
        running += starts;
        return starts;
    }

    private synchronized OpenSearchRejectedExecutionException rejection(EncodeJob job) {
        WaitingJobs lane = lanes.get(job.purpose());
        long seconds = Math.clamp((long) Math.ceil(lane.texts() / meter.textsPerSecond()), 1, MAX_RETRY_SECONDS);
        return new OpenSearchRejectedExecutionException(
            "[encode] the queue of ["
                + inference.device()
                + "] holds ["
                + lane.texts()
                + "] texts for ["
                + job.purpose().name().toLowerCase(Locale.ROOT)
                + "] in ["
                + new ByteSizeValue(lane.bytes())
                + "], of at most ["
                + capacity
                + "] and ["
                + new ByteSizeValue(capacityBytes)
                + "], and has no room for ["
                + job.untaken()
                + "] more; try again in about ["
                + seconds
                + "s], or send less at a time"
        );
    }

    private void start() {
        // The threads serve all callers: none runs as the user who happened to wake it.
        try (ThreadContext.StoredContext ignored = threadPool.getThreadContext().stashContext()) {
            threadPool.executor(THREAD_POOL).execute(this::work);
        } catch (OpenSearchRejectedExecutionException e) {
            for (EncodeJob.Part part : abandoned()) {
                part.drop();
                part.job().fail(e);
            }
        }
    }

    /** The pool takes no more work: without a thread at work those who wait would wait for ever. */
    private synchronized List<EncodeJob.Part> abandoned() {
        List<EncodeJob.Part> abandoned = new ArrayList<>();
        if (--running == 0) {
            for (WaitingJobs lane : lanes.values()) {
                while (lane.isEmpty() == false) {
                    abandoned.addAll(lane.take(Integer.MAX_VALUE));
                }
            }
        }
        return abandoned;
    }

    private void work() {
        for (List<EncodeJob.Part> slice = next(); slice.isEmpty() == false; slice = next()) {
            encode(slice);
        }
    }

    /** The next slice; empty when the thread may go. */
    private synchronized List<EncodeJob.Part> next() {
        for (Purpose purpose : Purpose.values()) {
            List<EncodeJob.Part> slice = take(purpose);
            if (slice.isEmpty() == false) {
                return slice;
            }
        }
        running--;
        return List.of();
    }

    /** A thread's fair share of a lane. */
    private synchronized List<EncodeJob.Part> take(Purpose purpose) {
        WaitingJobs lane = lanes.get(purpose);
        if (lane.isEmpty()) {
            return List.of();
        }
        return lane.take(Math.clamp(Math.ceilDiv(lane.texts(), threads), MIN_SLICE, inference.maxSliceSize(lane.model())));
    }

    private void encode(List<EncodeJob.Part> slice) {
        String model = slice.getFirst().job().model();
        Purpose purpose = slice.getFirst().job().purpose();
        Chunking chunking = slice.getFirst().job().chunking();
        Consumer<BatchReport> overtaken = purpose == Purpose.QUERY ? batch -> {} : batch -> serveQueries();
        List<String> texts = new ArrayList<>();
        slice.forEach(part -> texts.addAll(part.texts()));
        EncodedTexts encoded;
        try {
            inference.prepare(model);
            meter.begin();
            try {
                encoded = EncodedTexts.of(texts, some -> inference.encode(model, purpose, chunking, some, meter.andThen(overtaken)));
            } finally {
                meter.end();
            }
        } catch (Exception e) {
            log(model, e);
            fail(slice, e);
            return;
        }
        if (encoded.failure() != null) {
            log(model, encoded.failure());
        }
        if (encoded.isGeneral()) {
            fail(slice, encoded.failure());
            return;
        }
        int from = 0;
        for (EncodeJob.Part part : slice) {
            part.complete(encoded, from);
            from += part.size();
        }
    }

    /** The callers get the exception; with thousands of documents a trace for each slice helps nobody. */
    private static void log(String model, Exception e) {
        logger.warn("[encode] model [{}] failed: {}", model, e.getMessage());
        logger.debug("[encode] failure of model [" + model + "]", e);
    }

    /** Between two batches of items. */
    private void serveQueries() {
        for (List<EncodeJob.Part> slice = take(Purpose.QUERY); slice.isEmpty() == false; slice = take(Purpose.QUERY)) {
            encode(slice);
        }
    }

    /** The rest of a failed job would be encoded for nobody. */
    private void fail(List<EncodeJob.Part> slice, Exception e) {
        for (EncodeJob.Part part : slice) {
            part.drop();
            if (withdraw(part.job(), e)) {
                meter.failed();
            }
        }
    }
}
