package org.opensearch.affinity.learn.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import org.apache.lucene.util.RamUsageEstimator;
import org.opensearch.affinity.learn.NetworkEncoder;
import org.opensearch.affinity.learn.RowMatrix;
import org.opensearch.affinity.learn.WeightedHistory;

import java.lang.ref.Cleaner;
import java.util.List;

/**
 * Encodes histories with a trained network. What the network reads of an item is a row on the heap, so it has the size of its layers on
 * the device; that memory is freed when the encoder is no longer reachable.
 */
final class TorchEncoder implements NetworkEncoder {
    private static final Cleaner CLEANER = Cleaner.create();

    private final float[][] inputs;
    private final int dimension;
    private final int maxLength;
    private final long bytes;
    private final PtNDManager manager;
    private final TorchProgram program;
    private final List<NDArray> weights;

    /**
     * @param inputs    by item, what the network reads; kept, not copied
     * @param shared    whether the inputs are also the rows of the model, which counts them
     * @param dimension of the vectors of users
     * @param maxLength largest number of items that the network reads, the newest ones
     * @param weights   of the network without its tables
     */
    TorchEncoder(
        TorchDevice device,
        Network network,
        float[][] inputs,
        boolean shared,
        int dimension,
        int maxLength,
        List<NamedArray> weights
    ) {
        this.inputs = inputs;
        this.dimension = dimension;
        this.maxLength = maxLength;
        PtNDManager created = device.newManager();
        CLEANER.register(this, created::close);
        manager = created;
        program = new TorchProgram(created, network.methods());
        this.weights = NamedArray.on(created, weights);
        bytes = weights.stream().mapToLong(weight -> RamUsageEstimator.sizeOf(weight.values())).sum()
            + (shared ? 0 : RowMatrix.bytes(inputs));
    }

    @Override
    public int dimension() {
        return dimension;
    }

    @Override
    public float[] vector(WeightedHistory history) {
        int length = Math.min(maxLength, history.size());
        if (length == 0) {
            return new float[dimension];
        }
        int width = RowMatrix.width(inputs);
        float[] rows = new float[length * width];
        float[] itemWeights = new float[length];
        for (int i = 0; i < length; i++) {
            int age = length - 1 - i;
            System.arraycopy(inputs[history.items()[age]], 0, rows, i * width, width);
            itemWeights[i] = history.weights()[age];
        }
        Trainer.prepareThread();
        try (NDManager scope = manager.newSubManager()) {
            List<NDArray> input = List.of(scope.create(rows, new Shape(length, width)), scope.create(itemWeights));
            return program.call(scope, "encode", false, List.of(weights, input)).get(0).toFloatArray();
        }
    }

    /** Counts the weights as many bytes as they take on the device. */
    @Override
    public long ramBytesUsed() {
        return bytes;
    }
}
