package org.opensearch.affinity.item;

import org.apache.lucene.util.LongHeap;
import org.opensearch.common.util.LongHash;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * The popularities of all items of an {@link ItemTable} as of one moment. Immutable.
 *
 * @param createdMs     when it was computed, in milliseconds of a monotonic clock
 * @param halfLife      half-life of the weights, in milliseconds
 * @param meanLevel     level of the mean weight of the liked items, see {@link Row#level(double)}
 * @param contextShares by context, the share that it has of the weights of all items
 * @param numbers       indices into the arrays, by the hash of the item
 * @param rows          the rows of the items
 * @param popularities  signal {@code popularity} of the items, without regard to contexts
 * @param allTime       signal {@code popularity_all_time} of the items
 * @param mostPopular   indices of the items with the largest {@code popularities}, at most {@value #MOST_POPULAR}, largest first
 * @param mostPopularOfAllTime the same by {@code allTime}
 */
record PopularitySnapshot(long createdMs, double halfLife, double meanLevel, Map<String, Double> contextShares, LongHash numbers,
    Row[] rows, float[] popularities, float[] allTime, int[] mostPopular, int[] mostPopularOfAllTime) {
    /** The length of the lists of popular items. */
    static final int MOST_POPULAR = 10_000;

    /**
     * An item row as far as popularity needs it.
     *
     * @param id            the item's id in UTF-8
     * @param seqNo         sequence number of the row's last write
     * @param weight        decayed weight of the events that liked the item, as of {@code time}
     * @param log2Weight    binary logarithm of the weight; negative infinity for an item that no event liked
     * @param time          of the newest event that liked the item, epoch milliseconds
     * @param allTimeWeight weight of the events that liked the item, without decay
     * @param observations  number of events that liked or showed the item
     * @param contextShares by context, the share that it has of the item's weight
     */
    record Row(byte[] id, long seqNo, double weight, double log2Weight, long time, double allTimeWeight, long observations,
        Map<String, Float> contextShares) {
        /**
         * Binary logarithm of the weight as of a moment that is common to all rows. Weights that decay with one half-life keep their
         * ratios, so the differences between levels do not depend on that moment.
         *
         * @param halfLife in milliseconds
         */
        double level(double halfLife) {
            return log2Weight + time / halfLife;
        }
    }

    static PopularitySnapshot of(long nowMs, double halfLife, LongHash numbers, Row[] rows) {
        // Items that were shown and never liked have the weight 0 and are left out of the means.
        double[] likedLevels = Arrays.stream(rows).filter(row -> row.allTimeWeight > 0).mapToDouble(row -> row.level(halfLife)).toArray();
        int liked = likedLevels.length;
        double highest = Arrays.stream(likedLevels).max().orElse(0);
        double total = 0;
        Map<String, Double> contextWeights = new HashMap<>();
        for (Row row : rows) {
            // Relative to the highest weight, so that no power overflows.
            double weight = Math.pow(2, row.level(halfLife) - highest);
            total += weight;
            row.contextShares.forEach((context, share) -> contextWeights.merge(context, weight * share, Double::sum));
        }
        double meanLevel = liked == 0 ? 0 : rounded(highest + log2(total / liked));
        double totalOfAllTime = Arrays.stream(rows).mapToDouble(Row::allTimeWeight).sum();
        double meanOfAllTime = liked == 0 ? 1 : Math.pow(2, rounded(log2(totalOfAllTime / liked)));
        float[] popularities = new float[rows.length];
        float[] allTime = new float[rows.length];
        for (int i = 0; i < rows.length; i++) {
            popularities[i] = (float) ItemTable.popularity(Math.pow(2, rows[i].level(halfLife) - meanLevel));
            allTime[i] = (float) ItemTable.allTimePopularity(rows[i].allTimeWeight / meanOfAllTime);
        }
        Map<String, Double> contextShares = shares(contextWeights, total);
        return new PopularitySnapshot(
            nowMs,
            halfLife,
            meanLevel,
            contextShares,
            numbers,
            rows,
            popularities,
            allTime,
            largest(popularities),
            largest(allTime)
        );
    }

    /** Indices of the largest values above 0, largest first; of equal values the lower index is first. */
    private static int[] largest(float[] values) {
        LongHeap heap = new LongHeap(Math.clamp(values.length, 1, MOST_POPULAR));
        for (int i = 0; i < values.length; i++) {
            if (values[i] > 0) {
                // Positive floats are in the order of their bits.
                heap.insertWithOverflow((long) Float.floatToIntBits(values[i]) << Integer.SIZE | Integer.MAX_VALUE - i);
            }
        }
        int[] largest = new int[heap.size()];
        for (int i = largest.length - 1; i >= 0; i--) {
            largest[i] = Integer.MAX_VALUE - (int) heap.pop();
        }
        return largest;
    }

    private static Map<String, Double> shares(Map<String, Double> weights, double total) {
        Map<String, Double> shares = new HashMap<>();
        weights.forEach((context, weight) -> shares.put(context, weight / total));
        return shares;
    }

    private static double log2(double value) {
        return Math.log(value) / Math.log(2);
    }

    /** Rounds a binary logarithm to sixteenths, so that nodes agree although they add floating-point numbers in different orders. */
    private static double rounded(double logarithm) {
        return Math.round(16 * logarithm) / 16.0;
    }

    /** The index of an item into the arrays; -1 for an item without a row. */
    int number(long item) {
        return (int) numbers.find(item);
    }

    /** The weight of a row in relation to the mean weight of the liked items; 0 for an item that no event liked. */
    double ratioToMean(Row row) {
        return Math.pow(2, row.level(halfLife) - meanLevel);
    }
}
