package org.opensearch.affinity.encode.pack;

import java.util.List;
import java.util.function.Consumer;

/** Runs the models of a node on one device. The interface between the queue of a device and its models. Thread-safe. */
public interface Inference {
    /** The name of the device that models run on, such as {@code cpu}. */
    String device();

    /** The precision that a model computes in, such as {@code f32}; {@code auto} until it is measured. */
    String precision(String model);

    /**
     * The maximum number of texts that a thread should take from the queue at a time: enough to fill batches of texts of similar
     * length, and few enough to leave some for the other threads.
     */
    int maxSliceSize(String model);

    /** Loads the model unless it is loaded; blocks for seconds. */
    void prepare(String model);

    /**
     * Encodes texts on the calling thread.
     *
     * @param chunking   how texts longer than the model's input are encoded
     * @param afterBatch called after each batch, on this thread; it may call this method for other texts
     * @return new unit vectors, in the order of the texts
     */
    float[][] encode(String model, Purpose purpose, Chunking chunking, List<String> texts, Consumer<BatchReport> afterBatch);
}
