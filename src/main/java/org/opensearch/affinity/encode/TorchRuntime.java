package org.opensearch.affinity.encode;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.JniUtils;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.opensearch.common.CheckedSupplier;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * libtorch and the tokenizers' native code, loaded from one folder at first use: never downloaded,
 * never extracted. Loading takes about a second and happens once per JVM, so call it neither from a
 * transport nor from a cluster state thread. Thread-safe.
 */
public final class TorchRuntime {
    private static final Logger logger = LogManager.getLogger(TorchRuntime.class);
    private static final String ENGINE = "PyTorch";

    private final Path natives;
    private final int threads;
    private boolean started;

    /**
     * @param natives folder of libtorch, its JNI library and the tokenizers' library
     * @param threads how many threads of this node run batches at the same time; for the log
     */
    public TorchRuntime(Path natives, int threads) {
        this.natives = natives.toAbsolutePath();
        this.threads = threads;
    }

    /** The device that models run on. */
    public Device device() {
        return Device.cpu();
    }

    /** @throws IllegalStateException if the native code cannot be loaded */
    PtNDManager newManager() {
        return load("libtorch", () -> (PtNDManager) NDManager.newBaseManager(device(), ENGINE));
    }

    /** A TorchScript module in inference mode; it lives as long as the manager, or until closed. */
    PtSymbolBlock module(PtNDManager manager, Path file) {
        return load("module [" + file + "]", () -> {
            PtSymbolBlock module = JniUtils.loadModule(manager, file, true, new String[0], new String[0], false);
            JniUtils.enableInferenceMode(module);
            return module;
        });
    }

    /** A tokenizer that adds special tokens, cuts at the given number of them and does not pad. */
    HuggingFaceTokenizer tokenizer(Path file, int maxTokens) {
        return load(
            "tokenizer [" + file + "]",
            // Without modelMaxLength DJL takes 512 for the most that any model reads.
            () -> HuggingFaceTokenizer.builder(Map.of("modelMaxLength", Integer.toString(maxTokens)))
                .optTokenizerPath(file)
                .optTruncation(true)
                .optMaxLength(maxTokens)
                .optPadding(false)
                .build()
        );
    }

    /**
     * Both settings belong to a thread. One intra-op thread: several threads with a batch each beat one
     * batch on several threads. The graph optimiser makes the first calls slow and later ones no faster.
     */
    static void prepareThread() {
        JniUtils.setNumThreads(1);
        JniUtils.setGraphExecutorOptimize(false);
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
            String message = "[encode] cannot load " + what + " with the native code in [" + natives + "]: " + e.getMessage();
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
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        System.setProperty("PYTORCH_LIBRARY_PATH", natives.toString());
        // DJL's default on Linux is a flavour of its JNI library that is no longer made.
        System.setProperty("PYTORCH_FLAVOR", "cpu");
        System.setProperty("RUST_LIBRARY_PATH", tokenizers.toString());
        Engine engine = Engine.getEngine(ENGINE);
        started = true;
        logger.info(
            "[encode] libtorch [{}] of [{}] runs on [{}] with up to [{}] threads, one batch each",
            engine.getVersion(),
            natives,
            device().getDeviceType(),
            threads
        );
    }
}
