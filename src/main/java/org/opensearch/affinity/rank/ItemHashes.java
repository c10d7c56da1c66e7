package org.opensearch.affinity.rank;

import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.opensearch.affinity.track.ModelIndex;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The hashes by which trained models know the items of documents; each is made when it is asked for first. Thread-safe. */
final class ItemHashes {
    private record Key(IndexReader.CacheKey segment, String idField) {}

    private final Map<Key, Segment> segments = new ConcurrentHashMap<>();

    /** Those of one segment. */
    Segment of(LeafReaderContext leaf, String idField) {
        IndexReader.CacheHelper core = leaf.reader().getCoreCacheHelper();
        if (core == null) {
            return new Segment(idField, leaf.reader().maxDoc());
        }
        return segments.computeIfAbsent(new Key(core.getKey(), idField), key -> {
            core.addClosedListener(closed -> segments.remove(key));
            return new Segment(idField, leaf.reader().maxDoc());
        });
    }

    /** How many segments it knows something of. */
    int size() {
        return segments.size();
    }

    /** The hashes of one segment's documents. */
    static final class Segment {
        private final String idField;
        /** 0 where nobody asked yet; the same value whoever writes it. */
        private final long[] known;

        private Segment(String idField, int documents) {
            this.idField = idField;
            known = new long[documents];
        }

        long of(LeafReaderContext leaf, int doc) throws IOException {
            if (known[doc] == 0) {
                known[doc] = ModelIndex.hash(ItemId.of(leaf, idField, doc));
            }
            return known[doc];
        }
    }
}
