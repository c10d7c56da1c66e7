package org.opensearch.affinity.train;

import org.apache.lucene.util.BytesRef;
import org.opensearch.affinity.item.ItemRow;
import org.opensearch.common.util.BigArrays;
import org.opensearch.common.util.LongHash;

import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The items that users chose after recorded queries, as events tell that name the query. Of more queries than the limit a uniform sample is
 * kept: those whose ids have the smallest hashes, whatever the order of adding. Not thread-safe.
 */
final class ChosenItems {
    private static final double HASHES = 0x1p64;
    private static final float MAX_LOAD_FACTOR = 0.75f;
    /** Up to it, queries are counted; how many more there are is estimated, because a log has no limit. Takes 24 MB. */
    private static final int MAX_COUNTED = 1_000_000;

    private record Key(long hash, String query) implements Comparable<Key> {
        private static final Comparator<Key> ORDER = Comparator.comparingLong(Key::hash).thenComparing(Key::query);

        @Override
        public int compareTo(Key other) {
            return ORDER.compare(this, other);
        }
    }

    private final int maxQueries;
    private final int maxCounted;
    /** The hashes of queries, to count them. Not recycled, so it needs no closing. */
    private final LongHash named = new LongHash(1, MAX_LOAD_FACTOR, BigArrays.NON_RECYCLING_INSTANCE);
    /** The chosen items by user, by query. */
    private final TreeMap<Key, Map<String, Set<String>>> kept = new TreeMap<>();

    /** @param maxQueries the most queries that are kept */
    ChosenItems(int maxQueries) {
        this(maxQueries, MAX_COUNTED);
    }

    ChosenItems(int maxQueries, int maxCounted) {
        this.maxQueries = maxQueries;
        this.maxCounted = maxCounted;
    }

    void add(LogScan.LoggedQuery query, String item) {
        Key key = new Key(ItemRow.hash(new BytesRef(query.id())), query.id());
        if (named.size() < maxCounted) {
            named.add(key.hash);
        }
        if (kept.size() == maxQueries && key.compareTo(kept.lastKey()) > 0) {
            return;
        }
        kept.computeIfAbsent(key, first -> new HashMap<>()).computeIfAbsent(query.user(), first -> new HashSet<>()).add(item);
        if (kept.size() > maxQueries) {
            kept.pollLastEntry();
        }
    }

    /** Returns the ids of the queries that are kept, in the order of their hashes. */
    List<String> queries() {
        return kept.keySet().stream().map(Key::query).toList();
    }

    /** Returns the number of queries that were added and are not kept; of very many, an estimate by the largest hash that is kept. */
    long omitted() {
        if (named.size() < maxCounted) {
            return named.size() - kept.size();
        }
        double keptFraction = (kept.lastKey().hash - (double) Long.MIN_VALUE) / HASHES;
        return Math.max(named.size(), Math.round(kept.size() / keptFraction)) - kept.size();
    }

    /** Returns the chosen items by user, as the log names the user; empty for a query that is not kept. */
    Map<String, Set<String>> after(String query) {
        return kept.getOrDefault(new Key(ItemRow.hash(new BytesRef(query)), query), Map.of());
    }
}
