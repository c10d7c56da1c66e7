package org.opensearch.affinity.integ.bench.track;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import org.opensearch.affinity.integ.cluster.BulkFeed;
import org.opensearch.affinity.integ.cluster.Rest;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Generated items with vectors of a sentence encoder's dimension: item n is in cluster n modulo {@code clusters}, near its centre.
 * Cosines are about 0.9 within a cluster and about 0 between two. The items depend on the number of clusters alone.
 */
record ClusteredItems(int clusters) {
    static final int DIMENSION = 384;
    static final String VECTOR = "item_vector";
    /** A field of the first {@link #SHELVED} items, all with the same value. */
    static final String SHELF = "shelf";
    static final int SHELVED = 20;

    /** Values are integers, so that vectors are short as JSON; the field type normalises them. */
    private static final double SCALE = 40;
    private static final double SPREAD = 0.33;

    /** The items as documents, with the given ids. */
    Stream<BulkFeed.Document> documents(List<String> ids) {
        return IntStream.range(0, ids.size()).mapToObj(number -> {
            ObjectNode item = Rest.JSON.createObjectNode();
            if (number < SHELVED) {
                item.put(SHELF, "first");
            }
            item.putRawValue(VECTOR, new RawValue(Arrays.toString(vector(number))));
            return new BulkFeed.Document(ids.get(number), item);
        });
    }

    /** The vector of an item; not of unit length. */
    int[] vector(int number) {
        SplittableRandom centre = new SplittableRandom(-1L - number % clusters);
        SplittableRandom own = new SplittableRandom(number);
        return IntStream.range(0, DIMENSION).map(i -> (int) Math.round(SCALE * (centre.nextGaussian() + SPREAD * own.nextGaussian())))
            .toArray();
    }
}
