package org.opensearch.affinity.encode.pack;

import ai.djl.Device;
import org.opensearch.affinity.runtime.Precision;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Runs the node's model packs on libtorch. Thread-safe. */
public final class TorchInference implements Inference {
    /** Enough texts to sort by length into full batches, and few enough that threads share the texts of one request. */
    private static final int CPU_SLICE_SIZE = 128;
    /** A GPU's batches have many thousand tokens. */
    private static final int GPU_SLICE_SIZE = 1_024;

    private final ModelPacks models;

    public TorchInference(ModelPacks models) {
        this.models = models;
    }

    @Override
    public String device() {
        Device device = models.runtime().device();
        return device.isGpu() ? device.getDeviceType() + ":" + device.getDeviceId() : device.getDeviceType();
    }

    @Override
    public String precision(String model) {
        List<Precision> possible = models.runtime().precisions();
        return models.loaded(model)
            .map(SentenceEncoder::precision)
            .or(() -> possible.size() == 1 ? Optional.of(possible.getFirst()) : Optional.empty())
            .map(Precision::toString)
            .orElse(Precision.AUTO);
    }

    @Override
    public int maxSliceSize(String model) {
        return models.runtime().device().isGpu() ? GPU_SLICE_SIZE : CPU_SLICE_SIZE;
    }

    @Override
    public void prepare(String model) {
        models.get(model);
    }

    @Override
    public float[][] encode(String model, Purpose purpose, Chunking chunking, List<String> texts, Consumer<BatchReport> afterBatch) {
        return models.get(model).encode(texts, purpose, chunking, afterBatch);
    }
}
