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
import org.opensearch.affinity.runtime.TorchRuntime;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Runs rows of tokens through one loaded module, in batches. After the device has run out of memory, batches are halved. The manager
 * and the module belong to the caller, who closes them after the last call. Thread-safe.
 */
final class BatchRunner {
    private static final Logger LOGGER = LogManager.getLogger(BatchRunner.class);

    private final ModelPack pack;
    private final PtNDManager manager;
    private final LoadedModule module;
    private final Device device;
    /** Tokens of a batch, padding counted. */
    private volatile int batchTokens;

    /**
     * @param device      that the module runs on
     * @param batchTokens tokens of a batch, padding counted, until {@link #calibrate} finds a better number
     */
    BatchRunner(ModelPack pack, PtNDManager manager, LoadedModule module, Device device, int batchTokens) {
        this.pack = pack;
        this.manager = manager;
        this.module = module;
        this.device = device;
        this.batchTokens = batchTokens;
    }

    LoadedModule module() {
        return module;
    }

    /** Tokens of a batch, padding counted. */
    int batchTokens() {
        return batchTokens;
    }

    /**
     * Runs all rows, on the calling thread.
     *
     * @param ids        token ids of each row
     * @param afterBatch called after each batch, on this thread
     * @return new unit vectors, one for each row
     * @throws IllegalStateException if the module returns vectors of another dimension than the pack's, or of length 0 or not finite
     */
    float[][] run(int[][] ids, Consumer<TokenBatch> afterBatch) {
        int budget = batchTokens;
        float[][] vectors = new float[ids.length][];
        run(TokenBatch.cut(ids, budget), budget, ids, vectors, afterBatch);
        return vectors;
    }

    /** @param budget tokens of a batch */
    private void run(List<TokenBatch> batches, int budget, int[][] ids, float[][] vectors, Consumer<TokenBatch> afterBatch) {
        for (TokenBatch batch : batches) {
            try {
                run(batch, ids, vectors);
                afterBatch.accept(batch);
            } catch (EngineException e) {
                if (isOutOfMemory(e) == false || batch.rows().length == 1) {
                    throw e;
                }
                int halved = Math.max(1, budget / 2);
                reduceBatchTokens(halved);
                run(batch.cutAgain(ids, halved), halved, ids, vectors, afterBatch);
            }
        }
    }

    private synchronized void reduceBatchTokens(int tokens) {
        if (tokens < batchTokens) {
            LOGGER.warn("[model] [{}]: [{}] ran out of memory; batches now have [{}] tokens at most", pack.name(), device, tokens);
            batchTokens = tokens;
        }
    }

    private static boolean isOutOfMemory(EngineException e) {
        return e.getMessage() != null && e.getMessage().contains("out of memory");
    }

    /** Finds the batch size with which the module is fastest on this device, and returns its speed in tokens a second. */
    double calibrate() {
        TorchRuntime.prepareThread();
        BatchSizeTuner tuner = new BatchSizeTuner(device.isGpu(), Math.min(pack.maxTokens(), BatchSizeTuner.TEXT_TOKENS));
        batchTokens = tuner.bestBatchTokens(ids -> {
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
        LOGGER.info(
            "[model] [{}] runs on [{}] in [{}], layout [{}]: [{}] tokens a second measured on one thread, in batches of [{}] tokens",
            pack.name(),
            device,
            module.precision(),
            module.layout(),
            Math.round(tuner.tokensPerSecond()),
            batchTokens
        );
        return tuner.tokensPerSecond();
    }

    private void run(TokenBatch batch, int[][] ids, float[][] vectors) {
        int rows = batch.rows().length;
        Shape shape = new Shape(rows, batch.width());
        float[] flat;
        try (
            NDManager scope = manager.newSubManager();
            IValue input = tokenIds(scope, batch, ids, shape);
            IValue padding = padding(scope, batch, ids, shape);
            IValue output = module.block().forward(input, padding)
        ) {
            flat = output.toTensor((PtNDManager) scope).toFloatArray();
        }
        int dimension = pack.dimension();
        if (flat.length != rows * dimension) {
            int actual = flat.length / rows;
            throw new IllegalStateException(
                "[model] [" + pack.name() + "] returned vectors of dimension [" + actual + "]; its manifest has [" + dimension + "]"
            );
        }
        for (int i = 0; i < rows; i++) {
            vectors[batch.rows()[i]] = normalise(Arrays.copyOfRange(flat, i * dimension, (i + 1) * dimension));
        }
    }

    private IValue tokenIds(NDManager scope, TokenBatch batch, int[][] ids, Shape shape) {
        int[] padded = batch.padded(ids);
        return IValue.from((PtNDArray) switch (pack.inputs()) {
            case LENGTHS -> scope.create(padded, shape);
            case MASK -> scope.create(Arrays.stream(padded).asLongStream().toArray(), shape);
        });
    }

    /** The module's second input, which distinguishes tokens from padding. */
    private IValue padding(NDManager scope, TokenBatch batch, int[][] ids, Shape shape) {
        return IValue.from((PtNDArray) switch (pack.inputs()) {
            case LENGTHS -> scope.create(batch.lengths(ids), new Shape(shape.get(0)));
            case MASK -> scope.create(batch.mask(ids), shape);
        });
    }

    /**
     * Brings a vector to unit length, in place, and returns it. Modules that this plugin builds return unit vectors; other modules need
     * not.
     *
     * @throws IllegalStateException if the length is 0 or not finite
     */
    float[] normalise(float[] vector) {
        double square = 0;
        for (float value : vector) {
            square += (double) value * value;
        }
        if (Double.isFinite(square) == false || square == 0) {
            throw new IllegalStateException("[model] [" + pack.name() + "] returned a vector of length [" + Math.sqrt(square) + "]");
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
