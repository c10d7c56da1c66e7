package org.opensearch.affinity.encode;

import org.opensearch.affinity.encode.queue.EncodeStats;
import org.opensearch.common.cache.Cache;
import org.opensearch.common.cache.CacheBuilder;
import org.opensearch.common.cache.RemovalReason;
import org.opensearch.common.settings.Setting;
import org.opensearch.core.common.unit.ByteSizeValue;

import java.util.concurrent.atomic.LongAdder;

/**
 * A cache of the unit vectors of texts, bounded in bytes; the least recently used are removed first. Its arrays are shared with
 * callers and must not be changed. Thread-safe.
 */
final class VectorCache {
    /** The maximum size of the cache on the heap; with 0 nothing is cached. */
    static final Setting<ByteSizeValue> SIZE = Setting.memorySizeSetting(
        "affinity.encode.cache.size",
        "2%",
        Setting.Property.NodeScope,
        Setting.Property.Dynamic
    );

    /** Bytes of an entry beside its key and the values of its vector: array header, list node, future, map node. */
    private static final int ENTRY_OVERHEAD_BYTES = 16 + 56 + 24 + 48;

    private final Cache<Fingerprint, float[]> vectors;
    private final LongAdder evictions = new LongAdder();

    VectorCache(ByteSizeValue size) {
        vectors = CacheBuilder.<Fingerprint, float[]>builder()
            .setMaximumWeight(size.getBytes())
            .weigher((key, vector) -> Fingerprint.BYTES + ENTRY_OVERHEAD_BYTES + (long) vector.length * Float.BYTES)
            .removalListener(removed -> {
                if (removed.getRemovalReason() == RemovalReason.EVICTED) {
                    evictions.increment();
                }
            })
            .build();
    }

    /** The cached unit vector, shared with other callers; null if there is none. */
    float[] get(Fingerprint key) {
        return vectors.get(key);
    }

    /** @param vector of unit length; kept: callers must not change it afterwards */
    void put(Fingerprint key, float[] vector) {
        vectors.put(key, vector);
    }

    void resize(ByteSizeValue size) {
        vectors.setMaximumWeight(size.getBytes());
        // A cache that was made smaller would otherwise shrink only with the next put.
        vectors.refresh();
    }

    EncodeStats.Cached stats() {
        Cache.CacheStats counted = vectors.stats();
        return new EncodeStats.Cached(
            counted.getHits(),
            counted.getMisses(),
            evictions.sum(),
            vectors.count(),
            vectors.weight(),
            vectors.getMaximumWeight()
        );
    }
}
