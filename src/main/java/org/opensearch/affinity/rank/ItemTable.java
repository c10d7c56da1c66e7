package org.opensearch.affinity.rank;

import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.BytesRefHash;
import org.apache.lucene.util.StringHelper;
import org.opensearch.common.util.BitMixer;
import org.opensearch.affinity.track.ItemRow;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One item table in this node's memory: how popular each item is beside the others, altogether and in a context. A row is
 * an item that has one in the index or that a search came across; its number holds on this node for as long as the table.
 * What a row says is kept up to date by whoever writes the index. Thread-safe.
 */
final class ItemTable {
    /** As many events' worth of what is usual in a context stand beside what is known of an item in it. */
    private static final double PRIOR = 2;
    /** The most that one context can do, either way. */
    private static final double MOST = 4;
    private static final long SUMMED_FOR_MS = 1_000;

    /**
     * What all rows together say, as of one moment.
     *
     * @param popularities of the rows without regard to contexts, by number
     */
    private record Sum(long at, double halfLife, double pivot, Map<String, Double> usual, float[] popularities) {}

    /**
     * @param level  binary logarithm of the weight
     * @param shares of the weight, by context
     */
    private record Row(long seqNo, double weight, double level, long time, Map<String, Float> shares) {
        /**
         * Binary logarithm of what the weight is worth at a moment that is the same for all rows. Weights that halve in the same
         * time keep their quotients, whenever they are compared.
         */
        double level(double halfLife) {
            return level + time / halfLife;
        }
    }

    private final BytesRefHash items = new BytesRefHash();
    private final Map<IndexReader.CacheKey, SegmentRows> segments = new ConcurrentHashMap<>();
    // Grown and written under the lock, read without: a reader may see a row of a moment ago.
    private volatile Row[] rows = new Row[0];
    private volatile int[] hashes = new int[0];
    private volatile Sum sum;
    private final AtomicBoolean summing = new AtomicBoolean();
    private final Executor executor;
    private volatile boolean changed = true;

    /** @param executor adds up what all rows say, now and then */
    ItemTable(Executor executor) {
        this.executor = executor;
    }

    /** The rows of a segment's documents. */
    SegmentRows of(LeafReaderContext leaf, String idField) {
        IndexReader.CacheHelper core = leaf.reader().getCoreCacheHelper();
        if (core == null) {
            return new SegmentRows(this, idField, leaf.reader().maxDoc());
        }
        return segments.computeIfAbsent(core.getKey(), key -> {
            core.addClosedListener(segments::remove);
            return new SegmentRows(this, idField, leaf.reader().maxDoc());
        });
    }

    /** The number of an item's row, which it gets when it is asked for first. */
    synchronized int row(BytesRef item) {
        int added = items.add(item);
        if (added < 0) {
            return -added - 1;
        }
        if (added >= rows.length) {
            int size = ArrayUtil.oversize(added + 1, Long.BYTES);
            hashes = Arrays.copyOf(hashes, size);
            rows = Arrays.copyOf(rows, size);
        }
        hashes[added] = StringHelper.murmurhash3_x86_32(item, 0);
        return added;
    }

    /** A number from 0 to 1 by an item and a seed alone, the same on every node. */
    double chance(int row, int seed) {
        return (BitMixer.mix(hashes[row], seed) >>> 1) / (double) Integer.MAX_VALUE;
    }

    /** @param seqNo of the write; one that was overtaken by a later one changes nothing */
    synchronized void update(ItemRow written, long seqNo) {
        int number = row(new BytesRef(written.item()));
        Row before = rows[number];
        if (before != null && before.seqNo >= seqNo) {
            return;
        }
        double level = Math.log(written.weight()) / Math.log(2);
        rows[number] = new Row(seqNo, written.weight(), level, written.time(), shares(written));
        changed = true;
    }

    private static Map<String, Float> shares(ItemRow row) {
        Map<String, Float> shares = new HashMap<>();
        row.contexts().forEach((context, weight) -> shares.put(context, (float) (weight / row.weight())));
        return Map.copyOf(shares);
    }

    /**
     * Popularities for the contexts of one search.
     *
     * @param halfLife of what an event is worth, in milliseconds
     */
    Popularities in(List<String> contexts, double halfLife) {
        return new Popularities(rows, sum(halfLife), contexts);
    }

    /** But for the first, a search adds nothing up: it takes what is known and has it brought up to date. */
    private Sum sum(double halfLife) {
        Sum known = sum;
        long now = System.nanoTime() / 1_000_000;
        if (known == null || known.halfLife != halfLife) {
            changed = false;
            sum = known = sum(now, halfLife);
        } else if (changed && now - known.at >= SUMMED_FOR_MS && summing.compareAndSet(false, true)) {
            try {
                executor.execute(() -> {
                    try {
                        changed = false;
                        sum = sum(now, halfLife);
                    } finally {
                        summing.set(false);
                    }
                });
            } catch (RejectedExecutionException e) {
                summing.set(false); // the node stops
            }
        }
        return known;
    }

    private Sum sum(long now, double halfLife) {
        Row[] all = rows;
        List<Row> known = Arrays.stream(all).filter(Objects::nonNull).toList();
        double highest = known.stream().mapToDouble(row -> row.level(halfLife)).max().orElse(0);
        double total = 0;
        Map<String, Double> within = new HashMap<>();
        for (Row row : known) {
            double weight = Math.pow(2, row.level(halfLife) - highest);
            total += weight;
            row.shares.forEach((context, share) -> within.merge(context, weight * share, Double::sum));
        }
        Map<String, Double> usual = new HashMap<>();
        for (Map.Entry<String, Double> context : within.entrySet()) {
            usual.put(context.getKey(), context.getValue() / total);
        }
        // In steps of a sixteenth of an octave, so that nodes which add in another order agree.
        double pivot = known.isEmpty() ? 0 : Math.round(16 * (highest + Math.log(total / known.size()) / Math.log(2))) / 16.0;
        float[] popularities = new float[all.length];
        for (int i = 0; i < all.length; i++) {
            if (all[i] != null) {
                popularities[i] = (float) saturated(Math.pow(2, all[i].level(halfLife) - pivot));
            }
        }
        return new Sum(now, halfLife, pivot, usual, popularities);
    }

    private static double saturated(double beside) {
        return beside / (1 + beside);
    }

    /** How popular items are, for one search; a row that is newer than it has none. */
    static final class Popularities {
        private final Row[] rows;
        private final Sum sum;
        private final List<String> contexts;

        private Popularities(Row[] rows, Sum sum, List<String> contexts) {
            this.rows = rows;
            this.sum = sum;
            this.contexts = contexts;
        }

        /** @return from 0, for an item that nobody liked, to 1; one half for what is as popular as items are on average */
        double of(int number) {
            if (contexts.isEmpty()) {
                return number < sum.popularities.length ? sum.popularities[number] : 0;
            }
            Row row = number < rows.length ? rows[number] : null;
            if (row == null) {
                return 0;
            }
            double beside = Math.pow(2, row.level(sum.halfLife) - sum.pivot);
            for (String context : contexts) {
                beside *= fits(row, context);
            }
            return saturated(beside);
        }

        private double fits(Row row, String context) {
            double usual = sum.usual.getOrDefault(context, 0.0);
            if (usual == 0) {
                return 1;
            }
            double share = row.shares.getOrDefault(context, 0f);
            double smoothed = (share * row.weight + usual * PRIOR) / (row.weight + PRIOR);
            return Math.clamp(smoothed / usual, 1 / MOST, MOST);
        }
    }

    /** How many rows there are. */
    synchronized int size() {
        return items.size();
    }

    /** Reads the row of each document of a segment when it is asked for first. */
    static final class SegmentRows {
        private static final int UNKNOWN = 0;

        private final ItemTable table;
        private final String idField;
        /** A document's row and 1; the same value whoever writes it. */
        private final int[] rows;

        private SegmentRows(ItemTable table, String idField, int documents) {
            this.table = table;
            this.idField = idField;
            rows = new int[documents];
        }

        int row(LeafReaderContext leaf, int doc) throws IOException {
            if (rows[doc] == UNKNOWN) {
                rows[doc] = table.row(ItemId.of(leaf, idField, doc)) + 1;
            }
            return rows[doc] - 1;
        }
    }
}
