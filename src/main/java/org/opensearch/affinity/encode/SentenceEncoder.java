package org.opensearch.affinity.encode;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;

import java.io.Closeable;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * A loaded model: texts in, unit vectors out. Thread-safe; calls of several threads run side by side,
 * each on its own thread. Close waits for them.
 */
public final class SentenceEncoder implements Closeable {
    /** Larger batches fall out of the processor's caches and are slower. */
    private static final int BATCH_TOKENS = 1024;

    private final ModelPack pack;
    private final PtNDManager manager;
    private final PtSymbolBlock module;
    private final HuggingFaceTokenizer tokenizer;
    private final int batchTokens;
    /** Freeing a module under a running batch would end the JVM. */
    private final ReadWriteLock lifetime = new ReentrantReadWriteLock();
    private boolean closed;

    private SentenceEncoder(
        ModelPack pack,
        PtNDManager manager,
        PtSymbolBlock module,
        HuggingFaceTokenizer tokenizer,
        int batchTokens
    ) {
        this.pack = pack;
        this.manager = manager;
        this.module = module;
        this.tokenizer = tokenizer;
        this.batchTokens = batchTokens;
    }

    /**
     * Verifies the pack and loads it; takes about a second.
     *
     * @throws IllegalStateException if a file of the pack is not the one that its manifest names, or if the
     *                               native code or the model cannot be loaded
     */
    public static SentenceEncoder load(TorchRuntime runtime, ModelPack pack) throws IOException {
        return load(runtime, pack, BATCH_TOKENS);
    }

    /** @param batchTokens tokens that run through the model at once, padding counted */
    static SentenceEncoder load(TorchRuntime runtime, ModelPack pack, int batchTokens) throws IOException {
        pack.verify();
        PtNDManager manager = runtime.newManager();
        try {
            PtSymbolBlock module = runtime.module(manager, pack.model());
            HuggingFaceTokenizer tokenizer = runtime.tokenizer(pack.tokenizer(), pack.maxTokens());
            return new SentenceEncoder(pack, manager, module, tokenizer, batchTokens);
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    /** Length of a vector. */
    public int dimension() {
        return pack.dimension();
    }

    /**
     * Blocks until all texts are encoded. A text longer than the model reads is cut; an empty text has a
     * vector too. A vector does not depend on the other texts but for rounding (about 1e-7).
     *
     * @return unit vectors {@code [texts][dimension]}, in the texts' order
     * @throws IllegalStateException if the encoder is closed
     */
    public float[][] encode(List<String> texts) {
        return encode(texts, batch -> {});
    }

    /** @param ran called after each batch, on this thread; it may encode other texts */
    float[][] encode(List<String> texts, Consumer<RanBatch> ran) {
        lifetime.readLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException("[model] [" + pack.name() + "] is closed");
            }
            TorchRuntime.prepareThread();
            int[][] ids = texts.stream().map(this::tokenize).toArray(int[][]::new);
            float[][] vectors = new float[ids.length][];
            for (TokenBatch batch : TokenBatch.cut(ids, batchTokens)) {
                run(batch, ids, vectors);
                int rows = batch.rows().length;
                ran.accept(new RanBatch(rows, IntStream.of(batch.lengths(ids)).sum(), rows * batch.width()));
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
                module.close();
                manager.close();
            }
        } finally {
            lifetime.writeLock().unlock();
        }
    }

    /** One text at a time: the tokenizer's own batches start threads that nobody sees. */
    private int[] tokenize(String text) {
        long[] ids = tokenizer.encode(pack.cut(text)).getIds();
        int[] checked = new int[ids.length];
        for (int i = 0; i < ids.length; i++) {
            // On a GPU an id without an embedding would take the whole device down.
            if (ids[i] < 0 || ids[i] >= pack.vocabulary()) {
                throw new IllegalStateException(
                    "[model] [" + pack.name() + "]: the tokenizer made token [" + ids[i] + "] of [" + pack.vocabulary() + "]"
                );
            }
            checked[i] = (int) ids[i];
        }
        return checked;
    }

    private void run(TokenBatch batch, int[][] ids, float[][] vectors) {
        int rows = batch.rows().length;
        float[] flat;
        try (
            NDManager scope = manager.newSubManager();
            IValue input = IValue.from((PtNDArray) scope.create(batch.padded(ids), new Shape(rows, batch.width())));
            IValue lengths = IValue.from((PtNDArray) scope.create(batch.lengths(ids), new Shape(rows)));
            IValue output = module.forward(input, lengths)
        ) {
            flat = output.toTensor((PtNDManager) scope).toFloatArray();
        }
        int dimension = pack.dimension();
        if (flat.length != rows * dimension) {
            throw new IllegalStateException(
                "[model] [" + pack.name() + "] made [" + flat.length / rows + "] numbers a text, its manifest says [" + dimension + "]"
            );
        }
        for (int i = 0; i < rows; i++) {
            vectors[batch.rows()[i]] = Arrays.copyOfRange(flat, i * dimension, (i + 1) * dimension);
        }
    }
}
