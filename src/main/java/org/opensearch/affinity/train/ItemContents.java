package org.opensearch.affinity.train;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.opensearch.affinity.cluster.Blocking;
import org.opensearch.affinity.item.ItemVectors;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.common.lease.Releasable;
import org.opensearch.core.common.breaker.CircuitBreaker;
import org.opensearch.core.common.breaker.CircuitBreakingException;
import org.opensearch.transport.client.Client;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;

/**
 * The unit vectors of a log's items, by item number. Holds at most {@value #MAX_VECTORS} vectors: of a larger catalogue, every n-th
 * item is enough to learn from. Vectors with more than {@value #MAX_DIMENSION} dimensions are left out. A circuit breaker accounts
 * for the memory until they are closed. Not thread-safe.
 */
final class ItemContents implements Releasable {
    private static final Logger LOGGER = LogManager.getLogger(ItemContents.class);
    private static final int MAX_VECTORS = 100_000;
    private static final int ITEMS_PER_SEARCH = 500;
    /** Learning a content map takes time in proportion to the third power of the dimension. */
    private static final int MAX_DIMENSION = 1_024;
    /** Heap of a content map per pair of dimensions: the Gram matrices of all chunks, and their sum. */
    private static final int BYTES_PER_PAIR = 200;

    private final CircuitBreaker breaker;
    private final float[][] vectors;
    private int dimension;
    private long reservedBytes;

    private ItemContents(CircuitBreaker breaker, int items) {
        this.breaker = breaker;
        vectors = new float[items][];
    }

    /**
     * Reads the vectors with the plugin's rights. Blocks.
     *
     * @param client whose searches end when the training is cancelled
     * @param items  ids by item number
     * @throws CircuitBreakingException (429) if the node has too little memory
     */
    static ItemContents read(Client client, Tracker tracker, List<String> items, CircuitBreaker breaker, ProgressListener progress) {
        ItemContents contents = new ItemContents(breaker, items.size());
        try {
            ItemVectors vectors = new ItemVectors(client);
            int step = Math.max(1, Math.ceilDiv(items.size(), MAX_VECTORS));
            for (int from = 0; from < items.size(); from += ITEMS_PER_SEARCH * step) {
                int[] numbers = IntStream.iterate(from, number -> number < items.size(), number -> number + step)
                    .limit(ITEMS_PER_SEARCH)
                    .toArray();
                List<String> ids = IntStream.of(numbers).mapToObj(items::get).toList();
                contents.add(numbers, items, find(vectors, tracker, ids));
                progress.at(Math.min(1, (double) from / items.size()));
            }
            return contents;
        } catch (RuntimeException e) {
            contents.close();
            throw e;
        }
    }

    /** Returns no vectors if the search fails, because the other items are enough to learn from. */
    private static Map<String, float[]> find(ItemVectors vectors, Tracker tracker, List<String> ids) {
        try {
            return Blocking.await(listener -> vectors.find(tracker.items(), ids, listener));
        } catch (RuntimeException e) {
            LOGGER.warn(
                "a training of tracker [{}] leaves out the vectors of [{}] items, which cannot be read: {}",
                tracker.name(),
                ids.size(),
                e.getMessage()
            );
            return Map.of();
        }
    }

    /** Returns a text that is the same for equal vectors, and another one for almost all others. */
    String fingerprint() {
        CRC32C checksum = new CRC32C();
        ByteBuffer buffer = ByteBuffer.allocate(Float.BYTES * dimension + Integer.BYTES);
        for (int item = 0; item < vectors.length; item++) {
            if (vectors[item] != null) {
                buffer.clear().putInt(item);
                for (float value : vectors[item]) {
                    buffer.putFloat(value);
                }
                checksum.update(buffer.flip());
            }
        }
        return "vectors " + Long.toHexString(checksum.getValue());
    }

    private void add(int[] numbers, List<String> items, Map<String, float[]> found) {
        for (int number : numbers) {
            float[] vector = found.get(items.get(number));
            if (vector == null || vector.length == 0) {
                continue;
            }
            if (dimension == 0) {
                // An index pattern may hold vectors of several models; the first vector decides the dimension.
                dimension = vector.length;
                if (dimension > MAX_DIMENSION) {
                    return; // no map is learned of such vectors
                }
                reserve((long) BYTES_PER_PAIR * dimension * dimension);
            }
            if (vector.length == dimension && dimension <= MAX_DIMENSION) {
                reserve((long) Float.BYTES * dimension);
                vectors[number] = vector;
            }
        }
    }

    private void reserve(long bytes) {
        breaker.addEstimateBytesAndMaybeBreak(bytes, "training a model");
        reservedBytes += bytes;
    }

    /** Returns unit vectors of one dimension, by item number; null for an item without. */
    float[][] vectors() {
        return vectors;
    }

    @Override
    public void close() {
        breaker.addWithoutBreaking(-reservedBytes);
        reservedBytes = 0;
    }
}
