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
 * Encodes texts as unit vectors, without blocking. Vectors of texts that were encoded before are taken from the {@link VectorCache};
 * other texts wait in the {@link DeviceQueue}, each once for a request. Until a request is answered, the circuit breaker
 * {@value #BREAKER} accounts for the memory of its texts and vectors. Thread-safe.
 */
public final class Encoder {
    /** The name of the circuit breaker. */
    public static final String BREAKER = "affinity_encode";

    /** The default limit of the breaker as a share of the heap. */
    private static final double BREAKER_HEAP_SHARE = 0.1;
    /** The estimates are accurate, so they are not multiplied by a factor above 1. */
    private static final double BREAKER_OVERHEAD = 1;

    private final ModelPacks models;
    private final ThreadPool threadPool;
    private final CircuitBreaker breaker;
    private final VectorCache cache;
    private final EncodeMeter meter = new EncodeMeter(System::nanoTime);
    private final DeviceQueue queue;

    /**
     * Also starts to check the files of the packs in the background.
     *
     * @param threadPool has the pool built with {@link DeviceQueue#executor}
     */
    public Encoder(ModelPacks models, ThreadPool threadPool, CircuitBreaker breaker, Settings settings) {
        this(models, new TorchInference(models), threadPool, breaker, settings);
        models.checkIn(threadPool.generic());
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

    /** The settings of the circuit breaker that the plugin registers. The node's settings may override limit and overhead. */
    public static BreakerSettings breaker(Settings settings) {
        long limit = (long) (JvmInfo.jvmInfo().getMem().getHeapMax().getBytes() * BREAKER_HEAP_SHARE);
        return BreakerSettings.updateFromSettings(new BreakerSettings(BREAKER, limit, BREAKER_OVERHEAD), settings);
    }

    /** Applies future changes of the dynamic settings. */
    public void addSettingsUpdateConsumers(ClusterSettings settings) {
        settings.addSettingsUpdateConsumer(VectorCache.SIZE, cache::resize);
        settings.addSettingsUpdateConsumer(DeviceQueue.SIZE, queue::resize);
    }

    /** The model packs of this node. */
    public ModelPacks models() {
        return models;
    }

    /** The precision that a model computes in on this node, {@code auto} until it is measured. */
    String precision(String model) {
        return queue.inference().precision(model);
    }

    /** The statistics of this node's encoder. */
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

    /**
     * Encodes texts as items, cut where the model ends reading, without a time limit. The listener is called as by
     * {@link #encode(String, Purpose, Chunking, List, TimeValue, ActionListener)}.
     */
    public Cancellable encode(String model, List<String> texts, ActionListener<float[][]> listener) {
        return encode(model, Purpose.ITEM, texts, null, listener);
    }

    /**
     * Encodes texts, cut where the model ends reading. The listener is called as by
     * {@link #encode(String, Purpose, Chunking, List, TimeValue, ActionListener)}.
     */
    Cancellable encode(String model, Purpose purpose, List<String> texts, TimeValue timeout, ActionListener<float[][]> listener) {
        return encode(model, purpose, Chunking.TRUNCATE, texts, timeout, listener);
    }

    /**
     * Encodes texts without blocking the caller. The listener is called once, in the caller's thread context: with unit vectors in the
     * order of the texts, or with a failure. The vectors are shared with the cache and other callers and must not be changed. The method
     * throws no exceptions. Beside failures of the model's engine, the listener is failed with:
     * <ul>
     * <li>{@link FailedTexts} if some of the texts failed; it has the vectors of the others,</li>
     * <li>{@link IllegalArgumentException} (400) if there is no such model,</li>
     * <li>{@link OpenSearchRejectedExecutionException} (429) if the queue is full,</li>
     * <li>{@link CircuitBreakingException} (429) if the node's requests take too much memory,</li>
     * <li>{@link TaskCancelledException} if the request was cancelled,</li>
     * <li>{@link OpenSearchStatusException} (503) after the timeout.</li>
     * </ul>
     * The texts of a cancelled request are removed from the queue at once; texts that a thread has taken are still encoded.
     *
     * @param chunking how texts longer than the model's input are encoded
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
        Releasable reservation;
        try {
            lookup = CacheLookup.of(cache, models.pack(model), purpose, chunking, texts);
            reservation = reserve(lookup.missing(), models.pack(model), chunking);
        } catch (RuntimeException e) {
            listener.onFailure(e);
            return new InFlight(null);
        }
        if (lookup.missing().isEmpty()) {
            listener.onResponse(lookup.vectors());
            return new InFlight(null);
        }
        return submit(model, purpose, chunking, lookup, reservation, timeout, listener);
    }

    private InFlight submit(
        String model,
        Purpose purpose,
        Chunking chunking,
        CacheLookup lookup,
        Releasable reservation,
        TimeValue timeout,
        ActionListener<float[][]> listener
    ) {
        ActionListener<float[][]> caller = ContextPreservingActionListener.wrapPreservingContext(listener, threadPool.getThreadContext());
        AtomicReference<Cancellable> timer = new AtomicReference<>();
        // Not ActionListener.map: it would call the caller again if the caller itself fails.
        EncodeJob job = new EncodeJob(model, purpose, chunking, lookup.missing(), reservation, new ActionListener<>() {
            @Override
            public void onResponse(float[][] encoded) {
                stop(timer);
                caller.onResponse(lookup.store(cache, encoded));
            }

            @Override
            public void onFailure(Exception e) {
                stop(timer);
                if (e instanceof FailedTexts failed) {
                    meter.failed();
                    caller.onFailure(lookup.store(cache, failed));
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

    private boolean withdraw(EncodeJob job, Exception reason) {
        boolean withdrawn = queue.withdraw(job, reason);
        if (withdrawn) {
            meter.withdrawn();
        }
        return withdrawn;
    }

    /** Accounts for texts, their vectors, and the tokens and vectors of their chunks at the breaker. */
    private Releasable reserve(List<String> texts, ModelPack pack, Chunking chunking) {
        long vectors = texts.stream().mapToLong(text -> chunking.heapBytes(pack, text)).sum();
        long bytes = EncodeJob.bytes(texts) + vectors;
        breaker.addEstimateBytesAndMaybeBreak(bytes, "[encode] " + texts.size() + " texts");
        return Releasables.releaseOnce(() -> breaker.addWithoutBreaking(-bytes));
    }

    /** The handle of a request, which cancels it. */
    private final class InFlight implements Cancellable {
        private final EncodeJob job;
        private volatile boolean cancelled;

        /** @param job null for a request that is answered already */
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
