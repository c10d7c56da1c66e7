package org.opensearch.affinity.encode.pack;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.pytorch.engine.PtNDManager;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.opensearch.affinity.runtime.Precision;
import org.opensearch.affinity.runtime.TorchRuntime;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A loaded model, which encodes texts as unit vectors. Thread-safe: calls of several threads run at the same time, each on its
 * calling thread. {@link #close} waits for running calls.
 */
public final class SentenceEncoder implements Closeable {
    private static final Logger LOGGER = LogManager.getLogger(SentenceEncoder.class);

    /** The speed-up from which on a less accurate precision is chosen. A smaller one may be measured by chance. */
    private static final double MIN_SPEEDUP = 1.2;

    private final ModelPack pack;
    private final PtNDManager manager;
    private final ModelTokenizer tokenizer;
    private final BatchRunner runner;
    /** Calls hold the read lock: to free a module under a running batch would end the JVM. */
    private final ReadWriteLock lifetime = new ReentrantReadWriteLock();
    private boolean closed;

    private SentenceEncoder(ModelPack pack, PtNDManager manager, ModelTokenizer tokenizer, BatchRunner runner) {
        this.pack = pack;
        this.manager = manager;
        this.tokenizer = tokenizer;
        this.runner = runner;
    }

    /**
     * Loads a pack, whose files were checked before, and measures which variant of its module and which batch size are the fastest on
     * this machine. Takes a few seconds.
     *
     * @throws IllegalStateException if the native code or the model cannot be loaded
     */
    public static SentenceEncoder load(TorchRuntime runtime, ModelPack pack) throws IOException {
        return load(runtime, pack, BatchSizeTuner.MIN_BATCH_TOKENS, SentenceEncoder::fastest);
    }

    /** Loads a pack, and takes the first variant of its module without measuring any. */
    static SentenceEncoder load(TorchRuntime runtime, ModelPack pack, int batchTokens) throws IOException {
        return load(runtime, pack, batchTokens, List::getFirst);
    }

    /**
     * @param batchTokens tokens of a batch, padding counted
     * @param choice      chooses one of the variants of the module; the others are freed
     */
    static SentenceEncoder load(
        TorchRuntime runtime,
        ModelPack pack,
        int batchTokens,
        Function<List<SentenceEncoder>, SentenceEncoder> choice
    ) throws IOException {
        return load(runtime, pack, runtime.loadTokenizer(pack.tokenizer()), batchTokens, choice);
    }

    /** @param nativeTokenizer of the pack; closed with the encoder, or if the pack cannot be loaded */
    static SentenceEncoder load(
        TorchRuntime runtime,
        ModelPack pack,
        HuggingFaceTokenizer nativeTokenizer,
        int batchTokens,
        Function<List<SentenceEncoder>, SentenceEncoder> choice
    ) throws IOException {
        List<AutoCloseable> opened = new ArrayList<>(List.of(nativeTokenizer));
        boolean complete = false;
        try {
            PtNDManager manager = runtime.newManager();
            opened.add(manager);
            ModelTokenizer tokenizer = new ModelTokenizer(nativeTokenizer, pack);
            List<SentenceEncoder> variants = LoadedModule.load(runtime, manager, pack)
                .stream()
                .map(module -> new BatchRunner(pack, manager, module, runtime.device(), batchTokens))
                .map(runner -> new SentenceEncoder(pack, manager, tokenizer, runner))
                .toList();
            SentenceEncoder chosen = choice.apply(variants);
            variants.stream().filter(other -> other != chosen).forEach(other -> other.runner.module().block().close());
            complete = true;
            return chosen;
        } finally {
            if (complete == false) {
                closeAll(opened);
            }
        }
    }

    /** Frees native memory, which no garbage collector does. */
    private static void closeAll(List<AutoCloseable> opened) {
        for (AutoCloseable resource : opened) {
            try {
                resource.close();
            } catch (Exception e) {
                LOGGER.debug("[model] cannot free [" + resource + "]", e);
            }
        }
    }

    /** Compares variants, the most accurate first, each with the batch size that suits it best. */
    private static SentenceEncoder fastest(List<SentenceEncoder> variants) {
        SentenceEncoder fastest = variants.getFirst();
        double highestSpeed = fastest.runner.calibrate();
        for (SentenceEncoder variant : variants.subList(1, variants.size())) {
            double speed = variant.runner.calibrate();
            if (speed > highestSpeed * (fastest.precision() == variant.precision() ? 1 : MIN_SPEEDUP)) {
                fastest = variant;
                highestSpeed = speed;
            }
        }
        return fastest;
    }

    /** The dimension of the vectors. */
    int dimension() {
        return pack.dimension();
    }

    /** The precision that the model computes in: float32 where its pack does not support the configured one. */
    public Precision precision() {
        return runner.module().precision();
    }

    /** The layout of the weights. */
    String layout() {
        return runner.module().layout();
    }

    /** Tokens of a batch, padding counted. */
    public int batchTokens() {
        return runner.batchTokens();
    }

    /** Encodes texts as items and cuts them where the model ends reading, see {@link #encode(List, Purpose, Chunking)}. */
    public float[][] encode(List<String> texts) {
        return encode(texts, Purpose.ITEM);
    }

    /** Encodes texts and cuts them where the model ends reading, see {@link #encode(List, Purpose, Chunking)}. */
    public float[][] encode(List<String> texts, Purpose purpose) {
        return encode(texts, purpose, Chunking.TRUNCATE);
    }

    /**
     * Encodes texts on the calling thread. The vector of a text of several chunks is the mean of the chunks' vectors, weighted by their
     * numbers of tokens and brought to unit length. An empty text has a vector, too. The other texts of a call change a vector by
     * rounding errors only: about 1e-7 in float32, 1e-3 in bfloat16 and 2e-2 in int8.
     *
     * @param purpose  selects the prefix with which the model was trained, if any
     * @param chunking how texts longer than the model's input are encoded
     * @return new unit vectors {@code [texts][dimension]}, in the order of the texts
     * @throws IllegalStateException if the encoder is closed, or if the model returns an invalid vector
     */
    public float[][] encode(List<String> texts, Purpose purpose, Chunking chunking) {
        return encode(texts, purpose, chunking, batch -> {});
    }

    /** @param afterBatch called after each batch, on this thread; it may encode other texts */
    float[][] encode(List<String> texts, Purpose purpose, Chunking chunking, Consumer<BatchReport> afterBatch) {
        lifetime.readLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException("[model] [" + pack.name() + "] is closed");
            }
            TorchRuntime.prepareThread();
            ChunkedTexts chunked = new ChunkedTexts(texts.stream().map(text -> tokenizer.chunks(text, purpose, chunking)).toList());
            float[][] rows = runner.run(chunked.ids(), batch -> afterBatch.accept(chunked.report(batch)));
            float[][] vectors = chunked.pool(rows);
            for (float[] vector : vectors) {
                runner.normalise(vector);
            }
            return vectors;
        } finally {
            lifetime.readLock().unlock();
        }
    }

    @Override
    public void close() {
        lifetime.writeLock().lock();
        try {
            if (closed == false) {
                closed = true;
                tokenizer.close();
                runner.module().block().close();
                manager.close();
            }
        } finally {
            lifetime.writeLock().unlock();
        }
    }
}
