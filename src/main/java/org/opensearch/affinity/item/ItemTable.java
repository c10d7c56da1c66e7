package org.opensearch.affinity.item;

import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.BytesRef;
import org.opensearch.affinity.item.PopularitySnapshot.Row;
import org.opensearch.common.util.BigArrays;
import org.opensearch.common.util.LongHash;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * The item rows of one index in this node's memory, with the popularity of each item in relation to the mean of all items, overall
 * and in a context. Items are identified by the hashes of their ids, see {@link ItemRow#hash}. {@link ItemTables} updates it with
 * every row that is written to this node's copy of the index. Thread-safe.
 */
public final class ItemTable {
    /** Prior weight of an item in a context: it adds this much weight with the average share of the context. */
    private static final double PRIOR_WEIGHT = 2;
    /** The largest factor by which one context raises a popularity; the smallest is its inverse. */
    private static final double MAX_CONTEXT_FACTOR = 4;
    /** The ratio to the mean from which on the all-time popularity is 1. */
    private static final double MAX_RATIO = 1_024;
    private static final long REFRESH_INTERVAL_MS = 1_000;
    private static final float MAX_LOAD_FACTOR = 0.75f;

    // Guarded by this. Rows are added and replaced, never removed.
    private final LongHash numbers = hashTable(0);
    private Row[] rows = new Row[0];

    private final Executor executor;
    private final AtomicBoolean refreshing = new AtomicBoolean();
    /** Null before the first search. */
    private volatile PopularitySnapshot snapshot;
    /** Whether a row was written after the rows of the snapshot were read. */
    private volatile boolean changed = true;

    /** @param executor computes snapshots of the popularities, once a second at most */
    ItemTable(Executor executor) {
        this.executor = executor;
    }

    /**
     * The signal {@code popularity}: the ratio to the mean, saturated to {@code r / (1 + r)}.
     *
     * @param ratio of an item's weight to the mean weight, at least 0
     * @return from 0 to 1; one half at the mean
     */
    public static double popularity(double ratio) {
        return ratio / (1 + ratio);
    }

    /**
     * The signal {@code popularity_all_time}: {@code log₂(1 + r) / 10}, at most 1. All-time weights span several powers of ten; a
     * logarithm still tells the largest apart, where a saturation would map all of them to nearly 1.
     *
     * @param ratio of an item's weight to the mean weight, at least 0
     * @return from 0 to 1
     */
    public static double allTimePopularity(double ratio) {
        return Math.min(1, Math.log1p(ratio) / Math.log(MAX_RATIO));
    }

    /**
     * Adds or replaces a row.
     *
     * @param row   read, not kept
     * @param seqNo sequence number of the write; a write with a lower one than the row's last is ignored
     */
    public synchronized void update(ItemRow row, long seqNo) {
        long item = ItemRow.hash(new BytesRef(row.item()));
        int number = (int) numbers.find(item);
        if (number >= 0 && rows[number].seqNo() >= seqNo) {
            return;
        }
        if (number < 0) {
            number = (int) numbers.add(item);
            rows = ArrayUtil.grow(rows, number + 1);
        }
        double log2Weight = Math.log(row.weight()) / Math.log(2);
        long observations = row.likes() + row.impressions();
        byte[] id = rows[number] == null ? row.item().getBytes(StandardCharsets.UTF_8) : rows[number].id();
        rows[number] = new Row(id, seqNo, row.weight(), log2Weight, row.time(), row.allTimeWeight(), observations, contextShares(row));
        changed = true;
    }

    private static Map<String, Float> contextShares(ItemRow row) {
        Map<String, Float> shares = new HashMap<>();
        row.contexts().forEach((context, weight) -> shares.put(context, (float) (weight / row.weight())));
        return Map.copyOf(shares);
    }

    /**
     * The popularities of items for one search, as of one moment.
     *
     * @param contexts of the search, {@code field=value}; empty for popularities without regard to contexts
     * @param halfLife of the weights, in milliseconds; the same as that of the rows
     */
    public Popularities popularities(List<String> contexts, double halfLife) {
        return new Popularities(snapshot(halfLife), contexts);
    }

    /** The last snapshot. The first search computes one; later ones start a refresh in the background when rows have changed. */
    private PopularitySnapshot snapshot(double halfLife) {
        PopularitySnapshot last = snapshot;
        long nowMs = System.nanoTime() / 1_000_000;
        if (last == null || last.halfLife() != halfLife) {
            changed = false;
            snapshot = last = compute(nowMs, halfLife);
        } else if (changed && nowMs - last.createdMs() >= REFRESH_INTERVAL_MS && refreshing.compareAndSet(false, true)) {
            refresh(nowMs, halfLife);
        }
        return last;
    }

    private void refresh(long nowMs, double halfLife) {
        try {
            executor.execute(() -> {
                try {
                    changed = false;
                    snapshot = compute(nowMs, halfLife);
                } finally {
                    refreshing.set(false);
                }
            });
        } catch (RejectedExecutionException e) {
            refreshing.set(false); // the node is shutting down
        }
    }

    /** A table that is not recycled, so the garbage collector frees it and it needs no closing. */
    private static LongHash hashTable(int expectedSize) {
        return new LongHash(expectedSize, MAX_LOAD_FACTOR, BigArrays.NON_RECYCLING_INSTANCE);
    }

    private PopularitySnapshot compute(long nowMs, double halfLife) {
        Row[] copy;
        LongHash copiedNumbers = null;
        long[] hashes = null;
        synchronized (this) {
            copy = Arrays.copyOf(rows, (int) numbers.size());
            // Rows are never removed, so an equal number of them has the same numbers.
            PopularitySnapshot last = snapshot;
            if (last != null && last.rows().length == copy.length) {
                copiedNumbers = last.numbers();
            } else {
                hashes = new long[copy.length];
                Arrays.setAll(hashes, numbers::get);
            }
        }
        if (copiedNumbers == null) {
            copiedNumbers = hashTable(hashes.length);
            Arrays.stream(hashes).forEach(copiedNumbers::add);
        }
        return PopularitySnapshot.of(nowMs, halfLife, copiedNumbers, copy);
    }

    /** The popularities of items for one search, as of one moment. Immutable. Items are identified by their hashes. */
    public static final class Popularities {
        private final PopularitySnapshot snapshot;
        private final List<String> contexts;

        private Popularities(PopularitySnapshot snapshot, List<String> contexts) {
            this.snapshot = snapshot;
            this.contexts = contexts;
        }

        /** The signal {@code popularity} in the contexts of the search: from 0, for an item that no event liked, to 1. */
        public double of(long item) {
            int number = snapshot.number(item);
            if (number < 0) {
                return 0;
            }
            if (contexts.isEmpty()) {
                return snapshot.popularities()[number];
            }
            Row row = snapshot.rows()[number];
            double ratio = snapshot.ratioToMean(row);
            for (String context : contexts) {
                ratio *= contextFactor(row, context);
            }
            return popularity(ratio);
        }

        /** The signal {@code popularity_all_time}: from 0, for an item that no event ever liked, to 1. */
        public double allTime(long item) {
            int number = snapshot.number(item);
            return number < 0 ? 0 : snapshot.allTime()[number];
        }

        /**
         * The ids of the items with the largest popularity, without regard to contexts, most popular first; none that no event liked.
         *
         * @param allTime whether the popularity of all time counts, and not the decayed one
         * @return at most {@value PopularitySnapshot#MOST_POPULAR}
         */
        public Stream<BytesRef> mostPopular(boolean allTime) {
            int[] numbers = allTime ? snapshot.mostPopularOfAllTime() : snapshot.mostPopular();
            return Arrays.stream(numbers).mapToObj(number -> new BytesRef(snapshot.rows()[number].id()));
        }

        /** The confidence width after all events that liked or showed the item, see {@link Exploration#confidenceWidth}. */
        public double confidenceWidth(long item) {
            int number = snapshot.number(item);
            return Exploration.confidenceWidth(number < 0 ? 0 : snapshot.rows()[number].observations());
        }

        /** The share of a context in the item's weight, in relation to its share in the weight of all items; smoothed and bounded. */
        private double contextFactor(Row row, String context) {
            double averageShare = snapshot.contextShares().getOrDefault(context, 0.0);
            if (averageShare == 0) {
                return 1;
            }
            double share = row.contextShares().getOrDefault(context, 0f);
            double smoothed = (share * row.weight() + averageShare * PRIOR_WEIGHT) / (row.weight() + PRIOR_WEIGHT);
            return Math.clamp(smoothed / averageShare, 1 / MAX_CONTEXT_FACTOR, MAX_CONTEXT_FACTOR);
        }
    }
}
