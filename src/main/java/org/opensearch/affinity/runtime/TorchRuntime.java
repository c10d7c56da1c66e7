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
 * Loads libtorch and the native code of the tokenizers from one folder, at first use. Nothing is downloaded or extracted. Loading
 * takes about a second and happens once per JVM, so it must not happen on a transport or cluster state thread. The constructor
 * chooses libtorch, device and precisions by looking at files only. Thread-safe.
 *
 * <p>The code for CUDA follows the sources of DJL and PyTorch and has not been run; {@code integTest/gpu} checks it on a machine with
 * a GPU.
 */
public final class TorchRuntime {
    private static final Logger LOGGER = LogManager.getLogger(TorchRuntime.class);
    private static final String ENGINE = "PyTorch";

    private final Path natives;
    private final int threads;
    private final TorchSettings settings;
    private final Libtorch libtorch;
    private final Device device;
    private final List<Precision> precisions;
    private final ForeignLibtorch foreign;
    /** Guarded by this. */
    private boolean started;

    /** A runtime with the default settings. */
    public TorchRuntime(Path natives, int threads) {
        this(natives, threads, TorchSettings.DEFAULT);
    }

    /**
     * @param natives folder of libtorch, its JNI library and the tokenizers' library
     * @param threads number of threads of this node that run batches at the same time; for the log
     * @throws IllegalArgumentException if this node cannot satisfy the settings, naming the setting and the reason
     */
    public TorchRuntime(Path natives, int threads, TorchSettings settings) {
        this(natives, threads, settings, new Hardware(PathUtils.get("/")));
    }

    public TorchRuntime(Path natives, int threads, TorchSettings settings, Hardware hardware) {
        this(natives, threads, settings, hardware, new ForeignLibtorch(PathUtils.get("/")));
    }

    TorchRuntime(Path natives, int threads, TorchSettings settings, Hardware hardware, ForeignLibtorch foreign) {
        this.foreign = foreign;
        this.natives = natives.toAbsolutePath();
        this.threads = threads;
        this.settings = settings;
        this.device = device(settings, hardware);
        this.libtorch = device.isGpu() ? Libtorch.cuda(settings.libtorch().orElseThrow(), this.natives) : Libtorch.shipped(this.natives);
        this.precisions = settings.precision().map(List::of).orElseGet(() -> defaultPrecisions(hardware));
        if (device.isGpu() && precisions.contains(Precision.INT8)) {
            throw new IllegalArgumentException(
                "[" + TorchSettings.PRECISION.getKey() + "] is [" + Precision.INT8 + "], which runs on the CPU only; on a GPU use [f16]"
            );
        }
    }

    /**
     * Logs a warning if ml-commons is installed as well, whose libtorch cannot be in one process with this plugin's.
     *
     * @param plugins the node's folder of plugins
     */
    public static void warnIfMlCommonsInstalled(Path plugins) {
        ForeignLibtorch.warn(plugins);
    }

    /**
     * Verifies that a GPU that the settings require can be used, by loading libtorch. Without such a setting it loads nothing, so a
     * node can call it when it starts.
     *
     * @throws IllegalStateException with the reason why the GPU cannot be used
     */
    public void verifyDevice() {
        if (settings.device().kind() == DeviceChoice.Kind.GPU) {
            load("libtorch", () -> null);
        }
    }

    /** The device that models run on. */
    public Device device() {
        return device;
    }

    /**
     * The precisions in which models may compute, the most accurate first. It is one if it is configured or if there is no choice; of
     * several, a model takes the fastest when it is loaded. A model that supports none of them computes in float32.
     */
    public List<Precision> precisions() {
        return precisions;
    }

    /**
     * A new memory manager on the device. The caller closes it.
     *
     * @throws IllegalStateException if the native code cannot be loaded
     */
    public PtNDManager newManager() {
        return load("libtorch", () -> (PtNDManager) NDManager.newBaseManager(device, ENGINE));
    }

    /**
     * Loads a TorchScript module in inference mode. It lives until it or the manager is closed.
     *
     * @throws IllegalStateException if the native code or the module cannot be loaded
     */
    public PtSymbolBlock loadModule(PtNDManager manager, Path file) {
        return load(
            "module [" + file + "]",
            () -> inferenceMode(JniUtils.loadModule(manager, file, true, new String[0], new String[0], false))
        );
    }

    /**
     * Loads a TorchScript module from a stream, as {@link #loadModule(PtNDManager, Path)} does from a file.
     *
     * @param name of the module, for messages
     * @param in   not closed
     */
    public PtSymbolBlock loadModule(PtNDManager manager, String name, InputStream in) {
        return load(name, () -> inferenceMode(JniUtils.loadModule(manager, in, true, false)));
    }

    /**
     * Loads a tokenizer that adds special tokens, and neither truncates nor pads. The caller closes it.
     *
     * @param file a {@code tokenizer.json} of Hugging Face
     * @throws IllegalStateException if the native code or the tokenizer cannot be loaded
     */
    public HuggingFaceTokenizer loadTokenizer(Path file) {
        return load(
            "tokenizer [" + file + "]",
            () -> HuggingFaceTokenizer.builder().optTokenizerPath(file).optTruncation(false).optPadding(false).build()
        );
    }

    /**
     * Applies libtorch's settings that are local to a thread. Every thread calls this before it runs a module. One intra-op thread:
     * several threads with a batch each are faster than one batch on several threads. No graph optimiser: it makes the first calls
     * slow and later ones no faster.
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
                        + "]: the folder of a libtorch with CUDA (2.7.1+cu128 or 2.5.1+cu124); the plugin's own libtorch is for the CPU"
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
            LOGGER.warn("[encode] [{}] is set, but there is no NVIDIA GPU in [/dev]: models run on the CPU", key);
        }
        return Device.cpu();
    }

    /** Bfloat16 is not measured on processors without instructions for it: they emulate it, which is slower. */
    private List<Precision> defaultPrecisions(Hardware hardware) {
        if (device.isGpu()) {
            return List.of(Precision.F16);
        }
        return hardware.hasBf16() ? List.of(Precision.F32, Precision.BF16) : List.of(Precision.F32);
    }

    private static PtSymbolBlock inferenceMode(PtSymbolBlock module) {
        JniUtils.enableInferenceMode(module);
        return module;
    }

    /** Runs with the plugin's class loader as the thread's, through which DJL finds its engines and its settings. */
    private synchronized <T> T load(String what, CheckedSupplier<T, IOException> supplier) {
        Thread thread = Thread.currentThread();
        ClassLoader callersLoader = thread.getContextClassLoader();
        thread.setContextClassLoader(TorchRuntime.class.getClassLoader());
        try {
            start();
            return supplier.get();
        } catch (IOException | RuntimeException | LinkageError e) {
            // A LinkageError that is thrown on would end the node, which can work without encoding.
            String message = "[encode] cannot load " + what + " with the native code in [" + libtorch.folder() + "]: " + e.getMessage();
            throw new IllegalStateException(message, e);
        } finally {
            thread.setContextClassLoader(callersLoader);
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
        refuseForeignLibtorch();
        configureDjl(tokenizers);
        Engine engine = Engine.getEngine(ENGINE);
        if (device.isGpu() && engine.hasCapability(StandardCapabilities.CUDA) == false) {
            throw new IOException("this libtorch finds no usable GPU: the driver is missing, or too old for [" + libtorch.version() + "]");
        }
        started = true;
        LOGGER.info(
            "[encode] libtorch [{}] in [{}] runs on [{}] in {} with up to [{}] threads, one batch each; free memory: [{}]",
            engine.getVersion(),
            libtorch.folder(),
            device,
            precisions,
            threads,
            freeMemory()
        );
    }

    private void refuseForeignLibtorch() throws IOException {
        Path loaded = foreign.loaded(libtorch.folder()).orElse(null);
        if (loaded != null) {
            throw new IOException(
                "this node has loaded ["
                    + loaded
                    + "] already, and a second libtorch would end it. Another plugin, probably ml-commons, runs models on this node. "
                    + "Only one of the two can encode here: keep models of ml-commons on nodes with the role [ml] and without [ingest], "
                    + "and restart this node"
            );
        }
    }

    /** Sets the system properties from which DJL reads where its native code lies. */
    private void configureDjl(Path tokenizers) {
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        System.setProperty("PYTORCH_LIBRARY_PATH", libtorch.folder().toString());
        // DJL's default on Linux is a flavour of its JNI library that is no longer published.
        System.setProperty("PYTORCH_FLAVOR", libtorch.flavor());
        if (libtorch.version().isEmpty() == false) {
            System.setProperty("PYTORCH_VERSION", libtorch.version());
        }
        libtorch.cache().ifPresent(cache -> System.setProperty("ENGINE_CACHE_DIR", cache.toString()));
        // Tokenizers run on the CPU, even where models run on a GPU.
        System.setProperty("RUST_FLAVOR", "cpu");
        System.setProperty("RUST_LIBRARY_PATH", tokenizers.toString());
    }

    private String freeMemory() {
        if (device.isGpu() == false) {
            return new ByteSizeValue(OsProbe.getInstance().getFreePhysicalMemorySize()).toString();
        }
        try {
            MemoryUsage usage = CudaUtils.getGpuMemory(device);
            return new ByteSizeValue(usage.getMax() - usage.getUsed()).toString();
        } catch (RuntimeException | LinkageError e) {
            // The figure is only logged.
            return "unknown";
        }
    }
}
