package org.opensearch.affinity.rescore;

import java.util.AbstractSet;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Which documents of a shard were scored anew, and the lowest score among them, for explain. Core keeps such a set of
 * numbers from the query to the fetch phase and nothing else, so the score travels in it as numbers that are no documents.
 * A view, since most searches never ask.
 */
final class RescoredDocuments extends AbstractSet<Integer> {
    /** Beside a score: it is below 0. The complement of no finite float is this number. */
    private static final int NEGATIVE = Integer.MIN_VALUE;

    private final int[] ascending;
    /** Below 0 all, as no document is. */
    private final int[] lowest;

    /** @param ascending documents of the shard */
    RescoredDocuments(int[] ascending, float lowest) {
        this.ascending = ascending;
        // The sign of a float is its first bit: the complement of one above 0 is a number below 0.
        int magnitude = ~Float.floatToIntBits(Math.abs(lowest));
        this.lowest = lowest < 0 ? new int[] { magnitude, NEGATIVE } : new int[] { magnitude };
    }

    /** The lowest score of the window, from this set or a copy of it; no limit when it is not in it. */
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
        return (int) number < 0 ? Arrays.stream(lowest).anyMatch(number::equals) : Arrays.binarySearch(ascending, (int) number) >= 0;
    }

    @Override
    public Iterator<Integer> iterator() {
        return IntStream.concat(Arrays.stream(lowest), Arrays.stream(ascending)).iterator();
    }

    @Override
    public int size() {
        return ascending.length + lowest.length;
    }
}
