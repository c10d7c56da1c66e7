package org.opensearch.affinity.encode;

import org.opensearch.affinity.encode.pack.BatchReport;
import org.opensearch.affinity.encode.pack.Chunking;
import org.opensearch.affinity.encode.pack.Inference;
import org.opensearch.affinity.encode.pack.Purpose;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A device that records the texts it encodes, waits on demand, and fails for texts that contain {@code poison}. */
final class FakeInference implements Inference {
    static final int DIMENSION = 384;
    static final int BATCH = 10;

    final List<String> encoded = Collections.synchronizedList(new ArrayList<>());
    /** The chunking with which each text was encoded. */
    final Map<String, Chunking> chunkings = new ConcurrentHashMap<>();
    /** The number of failed batches. */
    final AtomicInteger failed = new AtomicInteger();
    /** One for each batch; practically unlimited unless {@link #hold} was called. */
    private final Semaphore permits = new Semaphore(Integer.MAX_VALUE / 2);

    /** No batch runs until {@link #release}. */
    void hold() {
        permits.drainPermits();
    }

    void release() {
        release(Integer.MAX_VALUE / 2);
    }

    /** Permits a number of batches. */
    void release(int batches) {
        permits.release(batches);
    }

    /** The number of threads that wait to run a batch. */
    int blocked() {
        return permits.getQueueLength();
    }

    @Override
    public String device() {
        return "fake";
    }

    @Override
    public String precision(String model) {
        return "f32";
    }

    @Override
    public int maxSliceSize(String model) {
        return 128;
    }

    @Override
    public void prepare(String model) {}

    @Override
    public float[][] encode(String model, Purpose purpose, Chunking chunking, List<String> texts, Consumer<BatchReport> afterBatch) {
        for (int from = 0; from < texts.size(); from += BATCH) {
            List<String> batch = texts.subList(from, Math.min(texts.size(), from + BATCH));
            permits.acquireUninterruptibly();
            batch.forEach(text -> {
                if (text.contains("poison")) {
                    failed.incrementAndGet();
                    throw new IllegalStateException("on purpose");
                }
            });
            encoded.addAll(batch);
            batch.forEach(text -> chunkings.put(text, chunking));
            afterBatch.accept(new BatchReport(batch.size(), 3 * batch.size(), 4 * batch.size()));
        }
        return texts.stream().map(FakeInference::vector).toArray(float[][]::new);
    }

    /** The unit vector that the device returns for a text. */
    static float[] vector(String text) {
        float[] vector = new float[DIMENSION];
        vector[Math.floorMod(text.hashCode(), DIMENSION)] = 1;
        return vector;
    }
}
