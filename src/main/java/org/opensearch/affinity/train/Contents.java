package org.opensearch.affinity.train;

import org.opensearch.affinity.learn.Watch;
import org.opensearch.affinity.track.GetItemVectorsAction;
import org.opensearch.affinity.track.Tracker;
import org.opensearch.common.lease.Releasable;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.common.breaker.CircuitBreaker;
import org.opensearch.core.common.breaker.CircuitBreakingException;
import org.opensearch.transport.client.Client;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The vectors of a log's items, of {@value #MOST} at most: where there are more, of every n-th, since what content tells is
 * known from fewer. A circuit breaker is told of them until they are closed. Not thread-safe.
 */
final class Contents implements Releasable {
    private static final int MOST = 100_000;
    private static final int READ_AT_ONCE = 500;
    private static final TimeValue PATIENCE = TimeValue.timeValueSeconds(30);

    private final CircuitBreaker breaker;
    private final float[][] vectors;
    private int dimension;
    private long told;

    private Contents(CircuitBreaker breaker, int items) {
        this.breaker = breaker;
        vectors = new float[items][];
    }

    /**
     * Waits for them.
     *
     * @param items by number
     * @throws CircuitBreakingException (429) if the node has no memory left for them
     */
    static Contents read(Client client, Tracker tracker, List<String> items, CircuitBreaker breaker, Watch watch) {
        Contents contents = new Contents(breaker, items.size());
        try {
            int step = Math.max(1, Math.ceilDiv(items.size(), MOST));
            for (int from = 0; from < items.size(); from += READ_AT_ONCE * step) {
                int[] numbers = IntStream.iterate(from, number -> number + step).limit(READ_AT_ONCE).filter(number -> number < items.size()).toArray();
                List<String> ids = IntStream.of(numbers).mapToObj(items::get).toList();
                Map<String, float[]> found = Blocking.<GetItemVectorsAction.Response>await(
                    listener -> client.execute(GetItemVectorsAction.INSTANCE, new GetItemVectorsAction.Request(tracker.name(), ids, PATIENCE), listener)
                ).vectors();
                contents.add(numbers, items, found);
                watch.at(Math.min(1, (double) from / items.size()));
            }
            return contents;
        } catch (RuntimeException e) {
            contents.close();
            throw e;
        }
    }

    private void add(int[] numbers, List<String> items, Map<String, float[]> found) {
        long bytes = found.values().stream().mapToLong(vector -> (long) Float.BYTES * vector.length).sum();
        breaker.addEstimateBytesAndMaybeBreak(bytes, "training a model");
        told += bytes;
        for (int number : numbers) {
            float[] vector = found.get(items.get(number));
            if (vector != null) {
                // An index pattern may hold vectors of several models: the first one found decides.
                dimension = dimension == 0 ? vector.length : dimension;
                vectors[number] = vector.length == dimension ? vector : null;
            }
        }
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
