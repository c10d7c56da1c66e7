package org.opensearch.affinity.runtime;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.StandardCapabilities;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.util.cuda.CudaUtils;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.opensearch.affinity.runtime.TorchSettings.DeviceChoice;
import org.opensearch.common.CheckedSupplier;
import org.opensearch.common.io.PathUtils;
import org.opensearch.core.common.unit.ByteSizeValue;
import org.opensearch.monitor.os.OsProbe;

import java.io.IOException;
import java.io.InputStream;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * libtorch and the tokenizers' native code, loaded from one folder at first use: never downloaded,
 * never extracted. Loading takes about a second and happens once per JVM, so call it neither from a
 * transport nor from a cluster state thread. Which libtorch and device that will be, and which precisions, is decided
 * by the constructor, from files alone. Thread-safe.
 *
 * <p>What concerns CUDA was read in DJL's and PyTorch's sources and has not been run; {@code integTest/gpu}
 * checks it on a machine that has a GPU.
 */
public final class TorchRuntime {
    private static final Logger logger = LogManager.getLogger(TorchRuntime.class);
    private static final String ENGINE = "PyTorch";

    private final Path natives;
    private final int threads;
    private final TorchSettings settings;
    private final Libtorch libtorch;
    private final Device device;
    private final List<Precision> precisions;
    private final ForeignLibtorch other;
    private boolean started;

    /** With nothing configured. */
    public TorchRuntime(Path natives, int threads) {
        this(natives, threads, TorchSettings.DEFAULT);
    }

    /**
     * @param natives folder of libtorch, its JNI library and the tokenizers' library
     * @param threads how many threads of this node run batches at the same time; for the log
     * @throws IllegalArgumentException if the settings ask for what this node does not have, naming setting and reason
     */
    public TorchRuntime(Path natives, int threads, TorchSettings settings) {
        this(natives, threads, settings, new Hardware(PathUtils.get("/")));
    }

    public TorchRuntime(Path natives, int threads, TorchSettings settings, Hardware hardware) {
        this(natives, threads, settings, hardware, new ForeignLibtorch(PathUtils.get("/")));
    }

    public TorchRuntime(Path natives, int threads, TorchSettings settings, Hardware hardware, ForeignLibtorch other) {
        this.other = other;
        this.natives = natives.toAbsolutePath();
        this.threads = threads;
        this.settings = settings;
        this.device = device(settings, hardware);
        this.libtorch = device.isGpu() ? Libtorch.cuda(settings.libtorch().orElseThrow(), this.natives) : Libtorch.shipped(this.natives);
        this.precisions = settings.precision().map(List::of).orElseGet(() -> sensible(hardware));
        if (device.isGpu() && precisions.contains(Precision.INT8)) {
            throw new IllegalArgumentException(
                "[" + TorchSettings.PRECISION.getKey() + "] is [" + Precision.INT8 + "], which runs on the CPU only; on a GPU use [f16]"
            );
        }
    }

    /** Says what speaks against loading libtorch on this node; the node's log is the place for it. */
    public static void warnOfOthers(Path plugins) {
        ForeignLibtorch.warn(plugins);
    }

    /**
     * Proves that a device the operator insists on can be used. Loads libtorch if that is a GPU and nothing
     * otherwise, so a node may call it while it starts.
     *
     * @throws IllegalStateException with the reason why it cannot be used
     */
    public void check() {
        if (settings.device().kind() == DeviceChoice.Kind.GPU) {
            load("libtorch", () -> null);
        }
    }

    /** The device that models run on. */
    public Device device() {
        return device;
    }

    /**
     * What models may calculate in here, the most accurate first: one if it is configured or there is no choice,
     * else a model takes the fastest when it is loaded. A model that has none of them runs in float32.
     */
    public List<Precision> precisions() {
        return precisions;
    }

    /** @throws IllegalStateException if the native code cannot be loaded */
    public PtNDManager newManager() {
        return load("libtorch", () -> (PtNDManager) NDManager.newBaseManager(device, ENGINE));
    }

    /** A TorchScript module in inference mode; it lives as long as the manager, or until closed. */
    public PtSymbolBlock module(PtNDManager manager, Path file) {
        return load(
            "module [" + file + "]",
            () -> inference(JniUtils.loadModule(manager, file, true, new String[0], new String[0], false))
        );
    }

    /** The same for a small module that is no file. */
    public PtSymbolBlock module(PtNDManager manager, String what, InputStream in) {
        return load(what, () -> inference(JniUtils.loadModule(manager, in, true, false)));
    }

    /** A tokenizer that adds special tokens, and neither truncates nor pads. */
    public HuggingFaceTokenizer tokenizer(Path file) {
        return load(
            "tokenizer [" + file + "]",
            () -> HuggingFaceTokenizer.builder().optTokenizerPath(file).optTruncation(false).optPadding(false).build()
        );
    }

    /**
     * Both settings belong to a thread. One intra-op thread: several threads with a batch each beat one
     * batch on several threads. The graph optimiser makes the first calls slow and later ones no faster.
     */
    public static void prepareThread() {
        JniUtils.setNumThreads(1);
        JniUtils.setGraphExecutorOptimize(false);
    }

    private static Device device(TorchSettings settings, Hardware hardware) {
        DeviceChoice choice = settings.device();
        int gpus = choice.kind() == DeviceChoice.Kind.CPU ? 0 : hardware.gpus();
        if (choice.kind() == DeviceChoice.Kind.GPU) {
            String key = TorchSettings.DEVICE.getKey();
            if (settings.libtorch().isEmpty()) {
                throw new IllegalArgumentException(
                    "["
                        + key
                        + "] is [gpu], which needs ["
                        + TorchSettings.LIBTORCH.getKey()
                        + "]: the folder of a libtorch with CUDA (2.7.1+cu128 or 2.5.1+cu124); the plugin brings one for the CPU only"
                );
            }
            if (choice.index() >= gpus) {
                throw new IllegalArgumentException(
                    "[" + key + "] is [gpu:" + choice.index() + "], but this process sees [" + gpus + "] NVIDIA GPUs in [/dev]"
                );
            }
            return Device.gpu(choice.index());
        }
        if (choice.kind() == DeviceChoice.Kind.AUTO && settings.libtorch().isPresent()) {
            if (gpus > 0) {
                return Device.gpu(0);
            }
            String key = TorchSettings.LIBTORCH.getKey();
            logger.warn("[encode] [{}] is set, but there is no NVIDIA GPU in [/dev]: models run on the CPU", key);
        }
        return Device.cpu();
    }

    /** A processor without bfloat16 has to emulate it, and need not be asked whether that is faster. */
    private List<Precision> sensible(Hardware hardware) {
        if (device.isGpu()) {
            return List.of(Precision.F16);
        }
        return hardware.hasBf16() ? List.of(Precision.F32, Precision.BF16) : List.of(Precision.F32);
    }

    private static PtSymbolBlock inference(PtSymbolBlock module) {
        JniUtils.enableInferenceMode(module);
        return module;
    }

    /** DJL finds its engines and its settings through the thread's class loader: the plugin's, not the node's. */
    private synchronized <T> T load(String what, CheckedSupplier<T, IOException> supplier) {
        Thread thread = Thread.currentThread();
        ClassLoader callers = thread.getContextClassLoader();
        thread.setContextClassLoader(TorchRuntime.class.getClassLoader());
        try {
            start();
            return supplier.get();
        } catch (IOException | RuntimeException | LinkageError e) {
            // An Error would end the node, which can do without personalisation.
            String message = "[encode] cannot load " + what + " with the native code in [" + libtorch.folder() + "]: " + e.getMessage();
            throw new IllegalStateException(message, e);
        } finally {
            thread.setContextClassLoader(callers);
        }
    }

    private void start() throws IOException {
        if (started) {
            return;
        }
        Path tokenizers = natives.resolve(System.mapLibraryName("tokenizers"));
        if (Files.isRegularFile(tokenizers) == false) {
            throw new IOException("[" + tokenizers + "] is missing");
        }
        Path loaded = other.loaded(libtorch.folder()).orElse(null);
        if (loaded != null) {
            throw new IOException(
                "this node has loaded ["
                    + loaded
                    + "] already, and a second libtorch would end it. Another plugin, probably ml-commons, runs models here: let one of the "
                    + "two encode on this node, e.g. by keeping models of ml-commons on nodes with the role [ml] and without [ingest], and "
                    + "restart it"
            );
        }
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        System.setProperty("PYTORCH_LIBRARY_PATH", libtorch.folder().toString());
        // DJL's default on Linux is a flavour of its JNI library that is no longer made.
        System.setProperty("PYTORCH_FLAVOR", libtorch.flavor());
        if (libtorch.version().isEmpty() == false) {
            System.setProperty("PYTORCH_VERSION", libtorch.version());
        }
        libtorch.cache().ifPresent(cache -> System.setProperty("ENGINE_CACHE_DIR", cache.toString()));
        // Tokenizing is the CPU's, whatever the models run on.
        System.setProperty("RUST_FLAVOR", "cpu");
        System.setProperty("RUST_LIBRARY_PATH", tokenizers.toString());
        Engine engine = Engine.getEngine(ENGINE);
        if (device.isGpu() && engine.hasCapability(StandardCapabilities.CUDA) == false) {
            throw new IOException("this libtorch finds no usable GPU: the driver is missing, or too old for [" + libtorch.version() + "]");
        }
        started = true;
        logger.info(
            "[encode] libtorch [{}] of [{}] runs on [{}] in {} with up to [{}] threads, one batch each; free memory: [{}]",
            engine.getVersion(),
            libtorch.folder(),
            device,
            precisions,
            threads,
            freeMemory()
        );
    }

    private String freeMemory() {
        if (device.isGpu() == false) {
            return new ByteSizeValue(OsProbe.getInstance().getFreePhysicalMemorySize()).toString();
        }
        try {
            MemoryUsage usage = CudaUtils.getGpuMemory(device);
            return new ByteSizeValue(usage.getMax() - usage.getUsed()).toString();
        } catch (RuntimeException | LinkageError e) {
            // Only for the log.
            return "unknown";
        }
    }
}
