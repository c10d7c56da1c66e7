package org.opensearch.affinity.encode;

import org.opensearch.affinity.encode.queue.EncodeStats;
import org.opensearch.common.cache.Cache;
import org.opensearch.common.cache.CacheBuilder;
import org.opensearch.common.cache.RemovalReason;
import org.opensearch.common.settings.Setting;
import org.opensearch.core.common.unit.ByteSizeValue;

import java.util.concurrent.atomic.LongAdder;

/**
 * Vectors of texts that were encoded before, the least recently used go first. Its arrays are shared with
 * everybody who gets them: nobody may change one. Thread-safe.
 */
final class VectorCache {
    /** How many bytes of the heap it may take; 0 keeps nothing. */
    static final Setting<ByteSizeValue> SIZE = Setting.memorySizeSetting(
        "affinity.encode.cache.size",
        "2%",
        Setting.Property.NodeScope,
        Setting.Property.Dynamic
    );

    /** Of an entry beside key and numbers: array header, list node, future, map node. */
    private static final int ENTRY_BYTES = 16 + 56 + 24 + 48;

    private final Cache<Fingerprint, float[]> vectors;
    private final LongAdder evictions = new LongAdder();

    VectorCache(ByteSizeValue size) {
        vectors = CacheBuilder.<Fingerprint, float[]>builder()
            .setMaximumWeight(size.getBytes())
            .weigher((key, vector) -> Fingerprint.BYTES + ENTRY_BYTES + (long) vector.length * Float.BYTES)
            .removalListener(removed -> {
                if (removed.getRemovalReason() == RemovalReason.EVICTED) {
                    evictions.increment();
                }
            })
            .build();
    }

    /** Null if it is not there. */
    float[] get(Fingerprint key) {
        return vectors.get(key);
    }

    void put(Fingerprint key, float[] vector) {
        vectors.put(key, vector);
    }

    void resize(ByteSizeValue size) {
        vectors.setMaximumWeight(size.getBytes());
        // Otherwise a smaller cache would shrink only when somebody uses it.
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
