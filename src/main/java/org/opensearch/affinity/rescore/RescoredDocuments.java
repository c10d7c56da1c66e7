package org.opensearch.affinity.rescore;

import java.util.AbstractSet;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The documents of a shard's window, and the lowest score among them, for explain. OpenSearch carries nothing but this set of numbers from
 * the query phase to the fetch phase, as this object or as a copy of its elements, so the score is encoded in it as numbers below 0, which
 * are no documents. Immutable; callers must not change the array.
 */
final class RescoredDocuments extends AbstractSet<Integer> {
    /** In the set if the lowest score is negative. No finite score is encoded as this number. */
    private static final int NEGATIVE = Integer.MIN_VALUE;

    private final int[] ascending;
    /** The encoded score: one or two numbers below 0. */
    private final int[] encodedLowest;

    /**
     * Encodes a window.
     *
     * @param ascending documents of the shard, each once
     * @param lowest    a finite score
     */
    RescoredDocuments(int[] ascending, float lowest) {
        this.ascending = ascending;
        // The first bit of a float that is not negative is 0, so the complement of its bits is below 0.
        int magnitude = ~Float.floatToIntBits(Math.abs(lowest));
        this.encodedLowest = lowest < 0 ? new int[] { magnitude, NEGATIVE } : new int[] { magnitude };
    }

    /**
     * Decodes the lowest score of a window.
     *
     * @param documents a set of this class or a copy of one; may be null
     * @return {@link Float#MAX_VALUE} if the set contains no score
     */
    static float lowest(Set<Integer> documents) {
        if (documents == null) {
            return Float.MAX_VALUE;
        }
        float magnitude = documents.stream()
            .filter(number -> number < 0 && number != NEGATIVE)
            .findAny()
            .map(number -> Float.intBitsToFloat(~number))
            .orElse(Float.MAX_VALUE);
        return documents.contains(NEGATIVE) ? -magnitude : magnitude;
    }

    @Override
    public boolean contains(Object number) {
        return (int) number < 0
            ? Arrays.stream(encodedLowest).anyMatch(number::equals)
            : Arrays.binarySearch(ascending, (int) number) >= 0;
    }

    @Override
    public Iterator<Integer> iterator() {
        return IntStream.concat(Arrays.stream(encodedLowest), Arrays.stream(ascending)).iterator();
    }

    @Override
    public int size() {
        return ascending.length + encodedLowest.length;
    }
}
