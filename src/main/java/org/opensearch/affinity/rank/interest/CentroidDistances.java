package org.opensearch.affinity.rank.interest;

import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.opensearch.affinity.vector.WhitenedSpace;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Caches the {@link WhitenedSpace#distance} of each document's vector, by segment, space and field. A distance costs as much as several
 * cosines, and stays the same until the space or the segment changes. One cache per node; an entry takes 4 bytes per document and is
 * dropped with its segment. Thread-safe.
 */
public final class CentroidDistances {
    /** Per segment. Rarely more are in use: those of a few trackers, each in its present and its previous state. */
    private static final int MAX_SPACES = 4;

    private record Key(WhitenedSpace space, String field) {}

    private final Map<IndexReader.CacheKey, Map<Key, Segment>> segments = new ConcurrentHashMap<>();

    /** The distances of one segment. A segment that cannot be cached gets distances of its own. */
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
        Segment cached = spaces.get(key);
        if (cached != null) {
            return cached;
        }
        if (spaces.size() >= MAX_SPACES) {
            spaces.clear();
        }
        return spaces.computeIfAbsent(key, absent -> new Segment(space, leaf.reader().maxDoc()));
    }

    /** The distances of one segment's documents. Thread-safe: concurrent searches write the same value. */
    public static final class Segment {
        private final WhitenedSpace space;
        /** By document; 0 if not computed yet, as a distance is above 0. */
        private final float[] cached;

        private Segment(WhitenedSpace space, int documents) {
            this.space = space;
            cached = new float[documents];
        }

        /**
         * The distance of a document's vector, above 0.
         *
         * @param doc    number in the segment
         * @param vector unit vector of the document
         */
        public float of(int doc, float[] vector) {
            if (cached[doc] == 0) {
                cached[doc] = space.distance(vector);
            }
            return cached[doc];
        }
    }
}
