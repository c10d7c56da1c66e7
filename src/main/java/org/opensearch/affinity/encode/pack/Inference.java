package org.opensearch.affinity.encode.pack;

import java.util.List;
import java.util.function.Consumer;

/** The models of one device, as the queue in front of it sees them. Thread-safe. */
public interface Inference {
    /** What the models run on, e.g. {@code cpu}. */
    String device();

    /** What a model computes in, e.g. {@code f32}; {@code auto} while that is still to be measured. */
    String precision(String model);

    /**
     * How many texts a thread should take at a time: enough for sorting by length to pay and to fill a batch,
     * little enough that all threads have some.
     */
    int slice(String model);

    /** Loads the model if it is not loaded, which blocks for seconds. */
    void prepare(String model);

    /**
     * Blocks until all texts are encoded.
     *
     * @param chunking of texts longer than the model reads
     * @param ran      called after each batch, on this thread; it may call this method for other texts
     * @return unit vectors in the texts' order
     */
    float[][] encode(String model, Purpose purpose, Chunking chunking, List<String> texts, Consumer<BatchReport> ran);
}
