package org.opensearch.affinity.encode;

import org.opensearch.OpenSearchStatusException;
import org.opensearch.action.support.ContextPreservingActionListener;
import org.opensearch.affinity.encode.pack.Chunking;
import org.opensearch.affinity.encode.pack.Inference;
import org.opensearch.affinity.encode.pack.ModelPack;
import org.opensearch.affinity.encode.pack.ModelPacks;
import org.opensearch.affinity.encode.pack.Purpose;
import org.opensearch.affinity.encode.pack.TorchInference;
import org.opensearch.affinity.encode.queue.DeviceQueue;
import org.opensearch.affinity.encode.queue.EncodeJob;
import org.opensearch.affinity.encode.queue.EncodeMeter;
import org.opensearch.affinity.encode.queue.EncodeStats;
import org.opensearch.affinity.encode.queue.FailedTexts;
import org.opensearch.common.lease.Releasable;
import org.opensearch.common.lease.Releasables;
import org.opensearch.common.settings.ClusterSettings;
import org.opensearch.common.settings.Setting;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.breaker.CircuitBreaker;
import org.opensearch.core.common.breaker.CircuitBreakingException;
import org.opensearch.core.concurrency.OpenSearchRejectedExecutionException;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.core.tasks.TaskCancelledException;
import org.opensearch.indices.breaker.BreakerSettings;
import org.opensearch.monitor.jvm.JvmInfo;
import org.opensearch.threadpool.Scheduler.Cancellable;
import org.opensearch.threadpool.ThreadPool;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Texts in, unit vectors out, without blocking. A text that was encoded before, by anybody, comes from the
 * {@link VectorCache}, and one that a request holds twice is encoded once; the others wait in the device's
 * {@link DeviceQueue}. While a request is in the system its texts and vectors are accounted to the breaker
 * {@value #BREAKER}. Thread-safe.
 */
public final class Encoder {
    public static final String BREAKER = "affinity_encode";

    private static final double BREAKER_SHARE = 0.1;
    /** The estimate is exact enough as it is. */
    private static final double BREAKER_OVERHEAD = 1;

    private final ModelPacks models;
    private final ThreadPool threadPool;
    private final CircuitBreaker breaker;
    private final VectorCache cache;
    private final EncodeMeter meter = new EncodeMeter(System::nanoTime);
    private final DeviceQueue queue;

    /** @param threadPool built with {@link DeviceQueue#executor} */
    public Encoder(ModelPacks models, ThreadPool threadPool, CircuitBreaker breaker, Settings settings) {
        this(models, new TorchInference(models), threadPool, breaker, settings);
    }

    Encoder(ModelPacks models, Inference inference, ThreadPool threadPool, CircuitBreaker breaker, Settings settings) {
        this.models = models;
        this.threadPool = threadPool;
        this.breaker = breaker;
        cache = new VectorCache(VectorCache.SIZE.get(settings));
        queue = new DeviceQueue(inference, threadPool, meter, DeviceQueue.SIZE.get(settings));
    }

    /** The settings that the plugin registers. */
    public static List<Setting<?>> settings() {
        return List.of(VectorCache.SIZE, DeviceQueue.SIZE);
    }

    /** The circuit breaker that the plugin registers; the node's settings may override limit and overhead. */
    public static BreakerSettings breaker(Settings settings) {
        long limit = (long) (JvmInfo.jvmInfo().getMem().getHeapMax().getBytes() * BREAKER_SHARE);
        return BreakerSettings.updateFromSettings(new BreakerSettings(BREAKER, limit, BREAKER_OVERHEAD), settings);
    }

    /** Follows changes of the dynamic settings. */
    public void follow(ClusterSettings settings) {
        settings.addSettingsUpdateConsumer(VectorCache.SIZE, cache::resize);
        settings.addSettingsUpdateConsumer(DeviceQueue.SIZE, queue::resize);
    }

    public ModelPacks models() {
        return models;
    }

    /** What a model computes in on this node, {@code auto} while that is still to be measured. */
    public String precision(String model) {
        return queue.inference().precision(model);
    }

    public EncodeStats stats() {
        Map<String, String> precisions = new HashMap<>();
        models.names().forEach(model -> precisions.put(model, precision(model)));
        Map<Purpose, Integer> waiting = queue.texts();
        return new EncodeStats(
            queue.inference().device(),
            precisions,
            waiting.get(Purpose.QUERY),
            waiting.get(Purpose.ITEM),
            queue.bytes(),
            meter.stats(),
            cache.stats(),
            new EncodeStats.Breaker(breaker.getUsed(), breaker.getLimit(), breaker.getTrippedCount())
        );
    }

    /** Encodes items, cut where the model ends reading, without a time limit. */
    public Cancellable encode(String model, List<String> texts, ActionListener<float[][]> listener) {
        return encode(model, Purpose.ITEM, texts, null, listener);
    }

    /** Encodes texts cut where the model ends reading. */
    public Cancellable encode(String model, Purpose purpose, List<String> texts, TimeValue timeout, ActionListener<float[][]> listener) {
        return encode(model, purpose, Chunking.TRUNCATE, texts, timeout, listener);
    }

    /**
     * Encodes without blocking the caller. The listener is called once, in the caller's thread context: with
     * unit vectors in the texts' order, or with what went wrong. The vectors are shared with other callers and
     * must not be changed. This method itself throws nothing. Failures beside those of the engine:
     * {@link FailedTexts} some of the texts failed, it has the vectors of the others;
     * {@link IllegalArgumentException} (400) no such model;
     * {@link OpenSearchRejectedExecutionException} (429) the queue is full;
     * {@link CircuitBreakingException} (429) the node's requests hold too much memory;
     * {@link TaskCancelledException} cancelled; {@link OpenSearchStatusException} (503) timed out.
     * Texts of a cancelled request leave the queue at once; those that a thread has taken are finished.
     *
     * @param chunking of texts longer than the model reads
     * @param timeout  null for none
     * @return cancels the request
     */
    public Cancellable encode(
        String model,
        Purpose purpose,
        Chunking chunking,
        List<String> texts,
        TimeValue timeout,
        ActionListener<float[][]> listener
    ) {
        CacheLookup lookup;
        Releasable held;
        try {
            lookup = CacheLookup.of(cache, models.pack(model), purpose, chunking, texts);
            held = hold(lookup.missing(), models.pack(model), chunking);
        } catch (RuntimeException e) {
            listener.onFailure(e);
            return new InFlight(null);
        }
        if (lookup.missing().isEmpty()) {
            listener.onResponse(lookup.vectors());
            return new InFlight(null);
        }
        return submit(model, purpose, chunking, lookup, held, timeout, listener);
    }

    private InFlight submit(
        String model,
        Purpose purpose,
        Chunking chunking,
        CacheLookup lookup,
        Releasable held,
        TimeValue timeout,
        ActionListener<float[][]> listener
    ) {
        ActionListener<float[][]> caller = ContextPreservingActionListener.wrapPreservingContext(listener, threadPool.getThreadContext());
        AtomicReference<Cancellable> timer = new AtomicReference<>();
        // Not ActionListener.map: it would call the caller again if the caller itself fails.
        EncodeJob job = new EncodeJob(model, purpose, chunking, lookup.missing(), held, new ActionListener<>() {
            @Override
            public void onResponse(float[][] encoded) {
                stop(timer);
                caller.onResponse(lookup.keep(cache, encoded));
            }

            @Override
            public void onFailure(Exception e) {
                stop(timer);
                if (e instanceof FailedTexts failed) {
                    meter.failed();
                    caller.onFailure(lookup.keep(cache, failed));
                } else {
                    caller.onFailure(e);
                }
            }
        });
        queue.submit(job);
        if (timeout != null) {
            try {
                timer.set(threadPool.schedule(() -> timedOut(job, timeout), timeout, ThreadPool.Names.GENERIC));
            } catch (OpenSearchRejectedExecutionException e) {
                withdraw(job, e);
            }
            if (job.isAnswered()) {
                stop(timer);
            }
        }
        return new InFlight(job);
    }

    private static void stop(AtomicReference<Cancellable> timer) {
        Cancellable running = timer.getAndSet(null);
        if (running != null) {
            running.cancel();
        }
    }

    private void timedOut(EncodeJob job, TimeValue timeout) {
        String message = "[encode] no vectors within [" + timeout + "]: the device is busy";
        withdraw(job, new OpenSearchStatusException(message, RestStatus.SERVICE_UNAVAILABLE));
    }

    private boolean withdraw(EncodeJob job, Exception why) {
        boolean withdrawn = queue.withdraw(job, why);
        if (withdrawn) {
            meter.withdrawn();
        }
        return withdrawn;
    }

    /** Accounts texts, the vectors that they become, and the tokens and vectors of their chunks to the breaker. */
    private Releasable hold(List<String> texts, ModelPack pack, Chunking chunking) {
        long vectors = texts.stream().mapToLong(text -> chunking.heapBytes(pack, text)).sum();
        long bytes = EncodeJob.bytes(texts) + vectors;
        breaker.addEstimateBytesAndMaybeBreak(bytes, "[encode] " + texts.size() + " texts");
        return Releasables.releaseOnce(() -> breaker.addWithoutBreaking(-bytes));
    }

    /** A request on its way; without a job it is answered. */
    private final class InFlight implements Cancellable {
        private final EncodeJob job;
        private volatile boolean cancelled;

        InFlight(EncodeJob job) {
            this.job = job;
        }

        @Override
        public boolean cancel() {
            if (job == null || withdraw(job, new TaskCancelledException("[encode] cancelled")) == false) {
                return false;
            }
            cancelled = true;
            return true;
        }

        @Override
        public boolean isCancelled() {
            return cancelled;
        }
    }
}
