package org.opensearch.affinity.train;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.opensearch.affinity.item.ItemVectors;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.common.lease.Releasable;
import org.opensearch.core.common.breaker.CircuitBreaker;
import org.opensearch.core.common.breaker.CircuitBreakingException;
import org.opensearch.transport.client.Client;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The vectors of a log's items, of {@value #MOST} at most: where there are more, of every n-th, since what content tells is
 * known from fewer; none with more than {@value #MOST_DIMENSIONS} dimensions. A circuit breaker is told of them until they are closed. Not thread-safe.
 */
final class ItemContents implements Releasable {
    private static final Logger LOGGER = LogManager.getLogger(ItemContents.class);
    private static final int MOST = 100_000;
    private static final int READ_AT_ONCE = 500;
    /** What is learned of them takes the third power of that. */
    private static final int MOST_DIMENSIONS = 1_024;
    /** Sums of products of two dimensions, of slices and of all. */
    private static final int BYTES_OF_A_PRODUCT = 200;

    private final CircuitBreaker breaker;
    private final float[][] vectors;
    private int dimension;
    private long told;

    private ItemContents(CircuitBreaker breaker, int items) {
        this.breaker = breaker;
        vectors = new float[items][];
    }

    /**
     * Waits for them.
     *
     * @param client whose searches end when the training does
     * @param items  by number
     * @throws CircuitBreakingException (429) if the node has no memory left for them
     */
    static ItemContents read(Client client, Tracker tracker, List<String> items, CircuitBreaker breaker, ProgressListener progress) {
        ItemContents contents = new ItemContents(breaker, items.size());
        try {
            ItemVectors vectors = new ItemVectors(client);
            int step = Math.max(1, Math.ceilDiv(items.size(), MOST));
            for (int from = 0; from < items.size(); from += READ_AT_ONCE * step) {
                int[] numbers = IntStream.iterate(from, number -> number + step).limit(READ_AT_ONCE).filter(number -> number < items.size()).toArray();
                List<String> ids = IntStream.of(numbers).mapToObj(items::get).toList();
                contents.add(numbers, items, found(vectors, tracker, ids));
                progress.at(Math.min(1, (double) from / items.size()));
            }
            return contents;
        } catch (RuntimeException e) {
            contents.close();
            throw e;
        }
    }

    /** With the plugin's rights. None where they cannot be read just now: what content tells is known from the others too. */
    private static Map<String, float[]> found(ItemVectors vectors, Tracker tracker, List<String> ids) {
        try {
            return Blocking.await(listener -> vectors.find(tracker.items(), ids, listener));
        } catch (RuntimeException e) {
            LOGGER.warn("cannot read the vectors of [{}] items of tracker [{}] for a training: {}", ids.size(), tracker.name(), e.getMessage());
            return Map.of();
        }
    }

    private void add(int[] numbers, List<String> items, Map<String, float[]> found) {
        for (int number : numbers) {
            float[] vector = found.get(items.get(number));
            if (vector == null || vector.length == 0) {
                continue;
            }
            if (dimension == 0) {
                // An index pattern may hold vectors of several models: the first one found decides.
                dimension = vector.length;
                tell((long) BYTES_OF_A_PRODUCT * dimension * dimension);
            }
            if (vector.length == dimension && dimension <= MOST_DIMENSIONS) {
                tell((long) Float.BYTES * dimension);
                vectors[number] = vector;
            }
        }
    }

    private void tell(long bytes) {
        breaker.addEstimateBytesAndMaybeBreak(bytes, "training a model");
        told += bytes;
    }

    /** By the item's number; null for one without. */
    float[][] vectors() {
        return vectors;
    }

    @Override
    public void close() {
        breaker.addWithoutBreaking(-told);
        told = 0;
    }
}
