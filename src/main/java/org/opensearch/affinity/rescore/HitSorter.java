package org.opensearch.affinity.rescore;

import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.util.NumericUtils;

import java.util.Arrays;

/**
 * Sorts the first of a shard's hits. What decides goes into numbers that are sorted as such: with a thousand hits, comparing
 * them object by object takes longer than comparing their vectors with an interest.
 */
final class HitSorter {
    private HitSorter() {}

    /** By ascending document. */
    static void byDocument(ScoreDoc[] hits, int window) {
        long[] keys = new long[window];
        for (int i = 0; i < window; i++) {
            keys[i] = (long) hits[i].doc << 32 | i;
        }
        sort(hits, keys);
    }

    /** By falling score; equal ones keep their order. A score that is no number comes first. */
    static void bestFirst(ScoreDoc[] hits, int window) {
        long[] keys = new long[window];
        for (int i = 0; i < window; i++) {
            keys[i] = (long) ~NumericUtils.floatToSortableInt(hits[i].score) << 32 | i;
        }
        sort(hits, keys);
    }

    /** @param keys the lower half of each is the place of its hit */
    private static void sort(ScoreDoc[] hits, long[] keys) {
        Arrays.sort(keys);
        ScoreDoc[] sorted = new ScoreDoc[keys.length];
        for (int i = 0; i < keys.length; i++) {
            sorted[i] = hits[(int) keys[i]];
        }
        System.arraycopy(sorted, 0, hits, 0, sorted.length);
    }
}
