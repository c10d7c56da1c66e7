package org.opensearch.affinity.rank;

import java.util.AbstractSet;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Which documents of a shard were scored anew, and the lowest score among them, for explain. Core keeps such a set of
 * numbers from the query to the fetch phase and nothing else, so the score travels in it as a number that is no document.
 * A view, since most searches never ask.
 */
final class RescoredDocuments extends AbstractSet<Integer> {
    private final int[] ascending;
    private final int lowest;

    /** @param ascending documents of the shard */
    RescoredDocuments(int[] ascending, float lowest) {
        this.ascending = ascending;
        // The sign of a float is its first bit: one above 0 becomes a number below 0. One below 0 is not kept.
        this.lowest = lowest >= 0 ? ~Float.floatToIntBits(lowest) : ~Float.floatToIntBits(0);
    }

    /** The lowest score of the window, at least 0, from this set or a copy of it. */
    static float lowest(Set<Integer> documents) {
        if (documents == null) {
            return Float.MAX_VALUE;
        }
        return documents.stream().filter(number -> number < 0).findAny().map(number -> Float.intBitsToFloat(~number)).orElse(Float.MAX_VALUE);
    }

    @Override
    public boolean contains(Object number) {
        return (int) number == lowest || Arrays.binarySearch(ascending, (int) number) >= 0;
    }

    @Override
    public Iterator<Integer> iterator() {
        return IntStream.concat(IntStream.of(lowest), Arrays.stream(ascending)).iterator();
    }

    @Override
    public int size() {
        return ascending.length + 1;
    }
}
