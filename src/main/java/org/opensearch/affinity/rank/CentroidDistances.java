package org.opensearch.affinity.rank;

import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.opensearch.affinity.vector.WhitenedSpace;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How far items are in a {@link WhitenedSpace}, by document: it takes as long to tell as several interests' cosines, and is the same
 * for every search until the space or the segment changes. Thread-safe.
 */
public final class CentroidDistances {
    /** Of one segment: more than a tracker or two, or two states of one, are not in use at once. */
    private static final int MAX_SPACES = 4;

    private record Key(WhitenedSpace space, String field) {}

    private final Map<IndexReader.CacheKey, Map<Key, Segment>> segments = new ConcurrentHashMap<>();

    /** Those of one segment. */
    public Segment of(LeafReaderContext leaf, WhitenedSpace space, String field) {
        IndexReader.CacheHelper core = leaf.reader().getCoreCacheHelper();
        if (core == null) {
            return new Segment(space, leaf.reader().maxDoc());
        }
        Map<Key, Segment> spaces = segments.computeIfAbsent(core.getKey(), key -> {
            core.addClosedListener(segments::remove);
            return new ConcurrentHashMap<>();
        });
        Key key = new Key(space, field);
        Segment known = spaces.get(key);
        if (known != null) {
            return known;
        }
        if (spaces.size() >= MAX_SPACES) {
            spaces.clear();
        }
        return spaces.computeIfAbsent(key, made -> new Segment(space, leaf.reader().maxDoc()));
    }

    /** The distances of one segment's documents. */
    public static final class Segment {
        private final WhitenedSpace space;
        /** 0 where nobody asked yet; the same value whoever writes it. */
        private final float[] known;

        private Segment(WhitenedSpace space, int documents) {
            this.space = space;
            known = new float[documents];
        }

        /** @param vector of the document, of unit length */
        public float of(int doc, float[] vector) {
            if (known[doc] == 0) {
                known[doc] = space.distance(vector);
            }
            return known[doc];
        }
    }
}
