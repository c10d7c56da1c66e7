package org.opensearch.affinity.integ.bench.soak;

import org.opensearch.affinity.encode.Encoder;
import org.opensearch.affinity.encode.pack.ModelPacks;
import org.opensearch.affinity.encode.queue.DeviceQueue;
import org.opensearch.affinity.runtime.TorchRuntime;
import org.opensearch.common.settings.Settings;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.breaker.NoopCircuitBreaker;
import org.opensearch.threadpool.ThreadPool;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Encodes many small batches with a real model and measures the memory of the process from time to time, so that a leak of a few bytes
 * per batch shows.
 *
 * @param natives folder of the native code
 * @param models  folder of the model packs
 */
record EncodeSoak(Path natives, Path models) {
    static final int POINTS = 20;

    private static final String MODEL = "all-minilm-l6-v2";
    /** Number of different text lengths: libtorch keeps memory for each shape. */
    private static final int SHAPES = 16;
    /** Small, so that it is full before the first point. */
    private static final String CACHE = "1mb";

    /**
     * Runs the batches.
     *
     * @param batches  at least {@value #POINTS}; rounded down to a multiple of it
     * @param listener receives each point when it is measured
     */
    SoakCurve run(int batches, Consumer<SoakPoint> listener) throws IOException {
        Settings settings = Settings.builder().put("node.name", "soak").put("affinity.encode.cache.size", CACHE).build();
        ThreadPool threadPool = new ThreadPool(settings, DeviceQueue.executor(settings));
        try (ModelPacks loaded = new ModelPacks(new TorchRuntime(natives, 2), List.of(models))) {
            Encoder encoder = new Encoder(loaded, threadPool, new NoopCircuitBreaker(Encoder.BREAKER), settings);
            List<SoakPoint> points = new ArrayList<>();
            int each = batches / POINTS;
            long begin = System.nanoTime();
            for (int i = 0; i < POINTS; i++) {
                encode(encoder, i * each, (i + 1) * each);
                points.add(SoakPoint.now(encoder.stats().work().batches(), (System.nanoTime() - begin) / 1e9));
                listener.accept(points.getLast());
            }
            return new SoakCurve(List.copyOf(points));
        } finally {
            ThreadPool.terminate(threadPool, 30, TimeUnit.SECONDS);
        }
    }

    /** Encodes one text at a time, each a batch of its own; no text comes twice. */
    private static void encode(Encoder encoder, int from, int to) {
        for (int i = from; i < to; i++) {
            CompletableFuture<float[][]> done = new CompletableFuture<>();
            String text = "item " + i + " more".repeat(i % SHAPES);
            encoder.encode(MODEL, List.of(text), ActionListener.wrap(done::complete, done::completeExceptionally));
            done.join();
        }
    }
}
