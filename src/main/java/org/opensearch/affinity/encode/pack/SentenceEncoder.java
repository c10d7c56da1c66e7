package org.opensearch.affinity.encode.pack;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.opensearch.affinity.runtime.Precision;
import org.opensearch.affinity.runtime.TorchRuntime;

import java.io.Closeable;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * A loaded model: texts in, unit vectors out. Thread-safe; calls of several threads run side by side,
 * each on its own thread. Close waits for them.
 */
public final class SentenceEncoder implements Closeable {
    private static final Logger logger = LogManager.getLogger(SentenceEncoder.class);

    /** How much faster than with full accuracy a model must run to give some of it away: what less is gained may be chance. */
    private static final double WORTH = 1.2;

    private final ModelPack pack;
    private final TorchRuntime runtime;
    private final PtNDManager manager;
    private final LoadedModule module;
    private final ModelTokenizer tokenizer;
    /** Tokens that run through the model at once, padding counted; less after the device ran out of memory. */
    private volatile int batchTokens;
    /** Freeing a module under a running batch would end the JVM. */
    private final ReadWriteLock lifetime = new ReentrantReadWriteLock();
    private boolean closed;

    private SentenceEncoder(
        ModelPack pack,
        TorchRuntime runtime,
        PtNDManager manager,
        LoadedModule module,
        ModelTokenizer tokenizer,
        int batchTokens
    ) {
        this.pack = pack;
        this.runtime = runtime;
        this.manager = manager;
        this.module = module;
        this.tokenizer = tokenizer;
        this.batchTokens = batchTokens;
    }

    /**
     * Verifies the pack, loads it and measures which way to run it is the fastest here and how many tokens to
     * run at once; takes a few seconds.
     *
     * @throws IllegalStateException if a file of the pack is not the one that its manifest names, or if the
     *                               native code or the model cannot be loaded
     */
    public static SentenceEncoder load(TorchRuntime runtime, ModelPack pack) throws IOException {
        return load(runtime, pack, BatchSizeTuner.SMALLEST, SentenceEncoder::fastest);
    }

    /** The plainest way to run it, unmeasured. */
    static SentenceEncoder load(TorchRuntime runtime, ModelPack pack, int batchTokens) throws IOException {
        return load(runtime, pack, batchTokens, List::getFirst);
    }

    /**
     * @param batchTokens tokens that run through the model at once, padding counted
     * @param choice      of one of all ways to run it; the others are freed
     */
    static SentenceEncoder load(
        TorchRuntime runtime,
        ModelPack pack,
        int batchTokens,
        Function<List<SentenceEncoder>, SentenceEncoder> choice
    ) throws IOException {
        pack.verify();
        PtNDManager manager = runtime.newManager();
        try {
            ModelTokenizer tokenizer = new ModelTokenizer(runtime.tokenizer(pack.tokenizer()), pack);
            List<SentenceEncoder> all = LoadedModule.load(runtime, manager, pack)
                .stream()
                .map(module -> new SentenceEncoder(pack, runtime, manager, module, tokenizer, batchTokens))
                .toList();
            SentenceEncoder chosen = choice.apply(all);
            all.stream().filter(other -> other != chosen).forEach(other -> other.module.block().close());
            return chosen;
        } catch (IOException | RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    /** A less accurate way must be worth it; all are measured with the batches that suit them best. */
    private static SentenceEncoder fastest(List<SentenceEncoder> all) {
        SentenceEncoder fastest = all.getFirst();
        double most = fastest.calibrate();
        for (SentenceEncoder encoder : all.subList(1, all.size())) {
            double speed = encoder.calibrate();
            if (speed > most * (fastest.precision() == encoder.precision() ? 1 : WORTH)) {
                fastest = encoder;
                most = speed;
            }
        }
        return fastest;
    }

    /** Length of a vector. */
    public int dimension() {
        return pack.dimension();
    }

    /** What the model calculates in: float32 where its pack cannot do what the node asks for. */
    public Precision precision() {
        return module.precision();
    }

    /** How its weights are laid out. */
    String layout() {
        return module.layout();
    }

    /** The device it runs on. */
    public Device device() {
        return runtime.device();
    }

    /** Tokens that run through the model at once, padding counted. */
    public int batchTokens() {
        return batchTokens;
    }

    /** The texts are items. */
    public float[][] encode(List<String> texts) {
        return encode(texts, Purpose.ITEM);
    }

    /** A text longer than the model reads is cut. */
    public float[][] encode(List<String> texts, Purpose purpose) {
        return encode(texts, purpose, Chunking.TRUNCATE);
    }

    /**
     * Blocks until all texts are encoded. A text of several chunks has the mean of their vectors, weighted by
     * their tokens and brought to unit length; an empty text has a vector too. A vector does not depend on the other texts but for rounding: about 1e-7 in float32,
     * 1e-3 in bfloat16, 2e-2 in int8.
     *
     * @param purpose  chooses the prefix that the model was trained with, if any
     * @param chunking of texts longer than the model reads
     * @return unit vectors {@code [texts][dimension]}, in the texts' order
     * @throws IllegalStateException if the encoder is closed
     */
    public float[][] encode(List<String> texts, Purpose purpose, Chunking chunking) {
        return encode(texts, purpose, chunking, batch -> {});
    }

    /** @param ran called after each batch, on this thread; it may encode other texts */
    float[][] encode(List<String> texts, Purpose purpose, Chunking chunking, Consumer<BatchReport> ran) {
        lifetime.readLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException("[model] [" + pack.name() + "] is closed");
            }
            TorchRuntime.prepareThread();
            ChunkedTexts chunked = new ChunkedTexts(texts.stream().map(text -> tokenizer.chunks(text, purpose, chunking)).toList());
            int budget = batchTokens;
            float[][] rows = new float[chunked.ids().length][];
            run(TokenBatch.cut(chunked.ids(), budget), budget, chunked.ids(), rows, batch -> ran.accept(chunked.ran(batch)));
            float[][] vectors = chunked.pool(rows);
            for (int i = 0; i < vectors.length; i++) {
                vectors[i] = unit(vectors[i]);
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
                module.block().close();
                manager.close();
            }
        } finally {
            lifetime.writeLock().unlock();
        }
    }

    /**
     * Runs all batches; with half the tokens at a time where the device has no memory for more.
     *
     * @param budget tokens of a batch
     */
    private void run(List<TokenBatch> batches, int budget, int[][] ids, float[][] vectors, Consumer<TokenBatch> ran) {
        for (TokenBatch batch : batches) {
            try {
                run(batch, ids, vectors);
                ran.accept(batch);
            } catch (EngineException e) {
                if (isOutOfMemory(e) == false || batch.rows().length == 1) {
                    throw e;
                }
                int halved = Math.max(1, budget / 2);
                shrink(halved);
                run(batch.cutAgain(ids, halved), halved, ids, vectors, ran);
            }
        }
    }

    private synchronized void shrink(int tokens) {
        if (tokens < batchTokens) {
            logger.warn("[model] [{}]: [{}] ran out of memory; from now on [{}] tokens at a time", pack.name(), device(), tokens);
            batchTokens = tokens;
        }
    }

    static boolean isOutOfMemory(EngineException e) {
        return e.getMessage() != null && e.getMessage().contains("out of memory");
    }

    /** Tokens a second. */
    private double calibrate() {
        TorchRuntime.prepareThread();
        BatchSizeTuner calibration = new BatchSizeTuner(device().isGpu(), Math.min(pack.maxTokens(), BatchSizeTuner.WIDTH));
        batchTokens = calibration.best(ids -> {
            try {
                run(new TokenBatch(IntStream.range(0, ids.length).toArray(), ids[0].length), ids, new float[ids.length][]);
                return true;
            } catch (EngineException e) {
                if (isOutOfMemory(e)) {
                    return false;
                }
                throw e;
            }
        });
        logger.info(
            "[model] [{}] on [{}] in [{}], layout [{}]: {} tokens/s measured on one thread, [{}] at a time",
            pack.name(),
            device(),
            precision(),
            layout(),
            Math.round(calibration.speed()),
            batchTokens
        );
        return calibration.speed();
    }

    private void run(TokenBatch batch, int[][] ids, float[][] vectors) {
        int rows = batch.rows().length;
        Shape shape = new Shape(rows, batch.width());
        float[] flat;
        try (
            NDManager scope = manager.newSubManager();
            IValue input = input(scope, batch, ids, shape);
            IValue extent = extent(scope, batch, ids, shape);
            IValue output = module.block().forward(input, extent)
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
            vectors[batch.rows()[i]] = unit(Arrays.copyOfRange(flat, i * dimension, (i + 1) * dimension));
        }
    }

    private IValue input(NDManager scope, TokenBatch batch, int[][] ids, Shape shape) {
        int[] padded = batch.padded(ids);
        return IValue.from((PtNDArray) switch (pack.inputs()) {
            case LENGTHS -> scope.create(padded, shape);
            case MASK -> scope.create(Arrays.stream(padded).asLongStream().toArray(), shape);
        });
    }

    /** What tells tokens from padding. */
    private IValue extent(NDManager scope, TokenBatch batch, int[][] ids, Shape shape) {
        return IValue.from((PtNDArray) switch (pack.inputs()) {
            case LENGTHS -> scope.create(batch.lengths(ids), new Shape(shape.get(0)));
            case MASK -> scope.create(batch.mask(ids), shape);
        });
    }

    /** Brings a vector to unit length. A model of the plugin's making gives unit vectors already, one of the user's need not. */
    private float[] unit(float[] vector) {
        double square = 0;
        for (float value : vector) {
            square += (double) value * value;
        }
        if (Double.isFinite(square) == false || square == 0) {
            throw new IllegalStateException("[model] [" + pack.name() + "] made a vector of length [" + Math.sqrt(square) + "]");
        }
        if (Math.abs(square - 1) > 1e-5) {
            float factor = (float) (1 / Math.sqrt(square));
            for (int i = 0; i < vector.length; i++) {
                vector[i] *= factor;
            }
        }
        return vector;
    }
}
