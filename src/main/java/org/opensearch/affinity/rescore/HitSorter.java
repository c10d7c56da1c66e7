package org.opensearch.affinity.rescore;

import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.util.NumericUtils;

import java.util.Arrays;

/**
 * Sorts the first hits of a shard. It sorts keys of type long instead of objects: with 1,000 hits, a sort with a comparator takes longer
 * than comparing the hits' vectors with an interest.
 */
final class HitSorter {
    private HitSorter() {}

    /** Sorts the first {@code window} hits by document, ascending. */
    static void byDocument(ScoreDoc[] hits, int window) {
        long[] keys = new long[window];
        for (int i = 0; i < window; i++) {
            keys[i] = (long) hits[i].doc << 32 | i;
        }
        sort(hits, keys);
    }

    /** Sorts the first {@code window} hits by score, descending. Stable. A score that is not a number comes first. */
    static void bestFirst(ScoreDoc[] hits, int window) {
        long[] keys = new long[window];
        for (int i = 0; i < window; i++) {
            keys[i] = (long) ~NumericUtils.floatToSortableInt(hits[i].score) << 32 | i;
        }
        sort(hits, keys);
    }

    /** @param keys one for each hit: the upper half is the sort key, the lower half the index of the hit */
    private static void sort(ScoreDoc[] hits, long[] keys) {
        Arrays.sort(keys);
        ScoreDoc[] sorted = new ScoreDoc[keys.length];
        for (int i = 0; i < keys.length; i++) {
            sorted[i] = hits[(int) keys[i]];
        }
        System.arraycopy(sorted, 0, hits, 0, sorted.length);
    }
}
