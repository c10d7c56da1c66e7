package org.opensearch.affinity.item;

import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.BytesRef;
import org.opensearch.common.util.BigArrays;
import org.opensearch.common.util.BitMixer;
import org.opensearch.common.util.LongHash;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One item table in this node's memory: how popular each item is beside the others, altogether and in a context. Items are
 * known by the hashes of their ids. What a row says is kept up to date by whoever writes the index. Thread-safe.
 */
public final class ItemTable {
    /** As many events' worth of what is usual in a context stand beside what is known of an item in it. */
    private static final double PRIOR = 2;
    /** The most that one context can do, either way. */
    private static final double MOST = 4;
    /** As many times the mean, and nothing is told apart beyond. */
    private static final double MOST_BESIDE = 1_024;
    private static final long SUMMED_FOR_MS = 1_000;
    private static final float MAX_LOAD_FACTOR = 0.75f;

    /**
     * What all rows together say, as of one moment.
     *
     * @param numbers      of the rows, by hash of the item
     * @param popularities of the rows without regard to contexts
     * @param allTime      what their items were worth ever
     */
    private record Sum(long at, double halfLife, double pivot, Map<String, Double> usual, LongHash numbers, Row[] rows,
        float[] popularities, float[] allTime) {}

    /**
     * @param level  binary logarithm of the weight
     * @param total  weight of all events there ever were
     * @param known  how many events liked or showed the item
     * @param shares of the weight, by context
     */
    private record Row(long seqNo, double weight, double level, long time, double total, long known, Map<String, Float> shares) {
        /**
         * Binary logarithm of what the weight is worth at a moment that is the same for all rows. Weights that halve in the same
         * time keep their quotients, whenever they are compared.
         */
        double level(double halfLife) {
            return level + time / halfLife;
        }
    }

    // Guarded by this.
    private final LongHash numbers = hashTable(0);
    private Row[] rows = new Row[0];

    private volatile Sum sum;
    private final AtomicBoolean summing = new AtomicBoolean();
    private final Executor executor;
    private volatile boolean changed = true;

    /** @param executor adds up what all rows say, now and then */
    ItemTable(Executor executor) {
        this.executor = executor;
    }

    /** Not recycled, so the garbage collector frees it and it needs no closing. */
    private static LongHash hashTable(int expectedSize) {
        return new LongHash(expectedSize, MAX_LOAD_FACTOR, BigArrays.NON_RECYCLING_INSTANCE);
    }

    /** A number from 0 to 1 by an item and a seed alone, the same on every node. */
    public static double chance(long item, int seed) {
        return (BitMixer.mix(Long.hashCode(item), seed) >>> 1) / (double) Integer.MAX_VALUE;
    }

    /**
     * How far what is known of something may be from what there is to know, as the width of a confidence bound shrinks with what
     * was seen: UCB1, Auer et al., Machine Learning 47, 2002, without the factor that is the same for all and grows with time.
     *
     * @param events at least 0
     * @return 1 for nothing known, falling to 0
     */
    public static double width(long events) {
        return 1 / Math.sqrt(1 + events);
    }

    /** @param seqNo of the write; one that was overtaken by a later one changes nothing */
    public synchronized void update(ItemRow written, long seqNo) {
        long item = ItemRow.hash(new BytesRef(written.item()));
        int number = (int) numbers.find(item);
        if (number >= 0 && rows[number].seqNo >= seqNo) {
            return;
        }
        if (number < 0) {
            number = (int) numbers.add(item);
            rows = ArrayUtil.grow(rows, number + 1);
        }
        double level = Math.log(written.weight()) / Math.log(2);
        long events = written.likes() + written.shown();
        rows[number] = new Row(seqNo, written.weight(), level, written.time(), written.total(), events, shares(written));
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
    public Popularities in(List<String> contexts, double halfLife) {
        return new Popularities(sum(halfLife), contexts);
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
        Row[] known;
        LongHash places = null;
        long[] added = null;
        synchronized (this) {
            known = Arrays.copyOf(rows, (int) numbers.size());
            // Rows are added and never taken away.
            if (sum != null && sum.rows.length == known.length) {
                places = sum.numbers;
            } else {
                added = new long[known.length];
                Arrays.setAll(added, numbers::get);
            }
        }
        if (places == null) {
            places = hashTable(added.length);
            Arrays.stream(added).forEach(places::add);
        }
        // What was shown and never liked is worth nothing, and no part of what is usual.
        double[] levels = Arrays.stream(known).filter(row -> row.total > 0).mapToDouble(row -> row.level(halfLife)).toArray();
        double highest = Arrays.stream(levels).max().orElse(0);
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
        double pivot = levels.length == 0 ? 0 : stepped(highest + Math.log(total / levels.length) / Math.log(2));
        double ever = Arrays.stream(known).mapToDouble(Row::total).sum();
        double mean = levels.length == 0 ? 1 : Math.pow(2, stepped(Math.log(ever / levels.length) / Math.log(2)));
        float[] popularities = new float[known.length];
        float[] allTime = new float[known.length];
        for (int i = 0; i < known.length; i++) {
            popularities[i] = (float) saturated(Math.pow(2, known[i].level(halfLife) - pivot));
            allTime[i] = (float) allTime(known[i].total / mean);
        }
        return new Sum(now, halfLife, pivot, usual, places, known, popularities, allTime);
    }

    /** In steps of a sixteenth of an octave, so that nodes which add in another order agree. */
    private static double stepped(double logarithm) {
        return Math.round(16 * logarithm) / 16.0;
    }

    /** The signal popularity of what is so many times as popular as the mean. */
    public static double saturated(double beside) {
        return beside / (1 + beside);
    }

    /**
     * The signal popularity_all_time of what is so many times as popular as the mean. Few items have most of what people do, as
     * powers of ten go, and among these a saturation sees no difference.
     */
    public static double allTime(double beside) {
        return Math.min(1, Math.log1p(beside) / Math.log(MOST_BESIDE));
    }

    /** How popular items are, for one search, as of one moment. */
    public static final class Popularities {
        private final Sum sum;
        private final List<String> contexts;

        private Popularities(Sum sum, List<String> contexts) {
            this.sum = sum;
            this.contexts = contexts;
        }

        /**
         * @param item its hash
         * @return from 0, for an item that nobody liked, to 1; one half for what is as popular as items are on average
         */
        public double of(long item) {
            int number = (int) sum.numbers.find(item);
            if (number < 0) {
                return 0;
            }
            if (contexts.isEmpty()) {
                return sum.popularities[number];
            }
            Row row = sum.rows[number];
            double beside = Math.pow(2, row.level(sum.halfLife) - sum.pivot);
            for (String context : contexts) {
                beside *= fits(row, context);
            }
            return saturated(beside);
        }

        /** @return from 0, for an item that nobody ever liked, to 1 */
        public double allTime(long item) {
            int number = (int) sum.numbers.find(item);
            return number < 0 ? 0 : sum.allTime[number];
        }

        /**
         * What is to be gained by showing an item that is not known well, see {@link ItemTable#width}.
         *
         * @return from 0 to 1, for an item of which nothing is known
         */
        public double unknown(long item) {
            int number = (int) sum.numbers.find(item);
            return number < 0 ? 1 : width(sum.rows[number].known);
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
}
