package org.opensearch.affinity.encode;

import org.opensearch.affinity.encode.pack.ModelPack;
import org.opensearch.affinity.encode.pack.ModelPacks;
import org.opensearch.affinity.encode.pack.Pooling;
import org.opensearch.affinity.encode.queue.DeviceQueue;
import org.opensearch.affinity.runtime.Precision;
import org.opensearch.affinity.runtime.TorchRuntime;
import org.opensearch.affinity.runtime.TorchSettings;
import org.opensearch.common.io.PathUtils;
import org.opensearch.common.settings.ClusterSettings;
import org.opensearch.common.settings.Settings;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.breaker.CircuitBreaker;
import org.opensearch.indices.breaker.BreakerSettings;
import org.opensearch.indices.breaker.HierarchyCircuitBreakerService;
import org.opensearch.test.OpenSearchTestCase;
import org.opensearch.threadpool.TestThreadPool;
import org.opensearch.threadpool.ThreadPool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Base of tests with the real model. System properties name the folders into which it and the native code were built. */
public abstract class EncodeTestCase extends OpenSearchTestCase {
    protected static final String MODEL = "all-minilm-l6-v2";

    protected static Path folder(String property) {
        String folder = System.getProperty(property);
        assertNotNull("run through Maven: no system property [" + property + "]", folder);
        return PathUtils.get(folder);
    }

    /** A runtime in float32, which gives the same vectors on every processor. */
    protected static TorchRuntime runtime() {
        Settings f32 = Settings.builder().put(TorchSettings.PRECISION.getKey(), Precision.F32.toString()).build();
        return new TorchRuntime(folder("affinity.native"), 2, TorchSettings.of(f32));
    }

    protected static ModelPack pack() throws IOException {
        return ModelPack.read(folder("affinity.models").resolve(MODEL));
    }

    protected static ModelPacks models(Path... more) throws IOException {
        return new ModelPacks(runtime(), Stream.concat(Stream.of(folder("affinity.models")), Stream.of(more)).toList());
    }

    protected static ThreadPool threadPool(int threads, int queue) {
        Settings settings = Settings.builder()
            .put("thread_pool.affinity_encode.size", threads)
            .put("thread_pool.affinity_encode.queue_size", queue)
            .put("node.processors", threads)
            .build();
        return new TestThreadPool("encode-tests", settings, DeviceQueue.executor(settings));
    }

    /** Writes a pack with correct checksums whose module cannot be loaded. */
    protected static Path brokenPack(Path packs, String name) throws IOException {
        Path folder = Files.createDirectories(packs.resolve(name));
        Files.writeString(ModelPack.model(folder), "no module");
        Files.copy(pack().tokenizer(), ModelPack.tokenizer(folder));
        new ModelPack(
            folder,
            name,
            384,
            30522,
            Pooling.MEAN,
            256,
            "none",
            "a test",
            ModelPack.sha256(ModelPack.model(folder)),
            ModelPack.sha256(ModelPack.tokenizer(folder))
        ).write();
        return folder;
    }

    /** A breaker with a limit in bytes. */
    protected static CircuitBreaker breaker(long bytes) {
        Settings settings = Settings.builder().put("indices.breaker.total.use_real_memory", false).build();
        ClusterSettings registered = new ClusterSettings(settings, ClusterSettings.BUILT_IN_CLUSTER_SETTINGS);
        List<BreakerSettings> ours = List.of(new BreakerSettings(Encoder.BREAKER, bytes, 1));
        return new HierarchyCircuitBreakerService(settings, ours, registered).getBreaker(Encoder.BREAKER);
    }

    /** An encoder with the plugin's default settings. */
    protected static Encoder encoder(ModelPacks models, ThreadPool threadPool) {
        return new Encoder(models, threadPool, breaker(Encoder.breaker(Settings.EMPTY).getLimit()), Settings.EMPTY);
    }

    protected static CompletableFuture<float[][]> encode(Encoder encoder, String model, List<String> texts) {
        CompletableFuture<float[][]> future = new CompletableFuture<>();
        encoder.encode(model, texts, ActionListener.wrap(future::complete, future::completeExceptionally));
        return future;
    }

    protected static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(60, TimeUnit.SECONDS);
    }

    protected static double cosine(float[] a, float[] b) {
        double dot = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            dot += (double) a[i] * b[i];
            aa += (double) a[i] * a[i];
            bb += (double) b[i] * b[i];
        }
        return dot / Math.sqrt(aa * bb);
    }

    protected static void assertUnit(float[] vector) {
        double square = 0;
        for (float value : vector) {
            assertTrue(Float.isFinite(value));
            square += (double) value * value;
        }
        assertEquals(1, square, 1e-5);
    }
}
