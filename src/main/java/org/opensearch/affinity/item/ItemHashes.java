package org.opensearch.affinity.item;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apache.lucene.index.FilterLeafReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.opensearch.affinity.cluster.RedactedException;
import org.opensearch.core.concurrency.OpenSearchRejectedExecutionException;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/**
 * The hashes by which item tables and trained models know the items of documents, 8 bytes a document. A search reads those it
 * needs, one by one, each out of a stored document; meanwhile all others of its segments are read in the background, in the
 * order of the terms. Thread-safe.
 */
public final class ItemHashes {
    private static final Logger LOGGER = LogManager.getLogger(ItemHashes.class);
    /** Segments of so many documents are read on the spot: a window may need most of them anyway. */
    private static final int FEW = 2_000;

    private record Key(IndexReader.CacheKey segment, String idField) {}

    private final Map<Key, Segment> segments = new ConcurrentHashMap<>();
    /** Null before there is one. */
    private volatile Executor background;

    /** To be called before the node searches; without it nothing is read in advance. */
    public void readWith(Executor executor) {
        background = executor;
    }

    /** Those of one segment. */
    public Segment of(LeafReaderContext leaf, String idField) {
        IndexReader.CacheHelper core = leaf.reader().getCoreCacheHelper();
        if (core == null) {
            return new Segment(idField, leaf.reader().maxDoc());
        }
        Key key = new Key(core.getKey(), idField);
        Segment known = segments.get(key);
        if (known != null) {
            return known;
        }
        Segment made = new Segment(idField, leaf.reader().maxDoc());
        known = segments.putIfAbsent(key, made);
        if (known != null) {
            return known;
        }
        core.addClosedListener(closed -> segments.remove(key));
        readAhead(leaf, made);
        return made;
    }

    private void readAhead(LeafReaderContext leaf, Segment segment) {
        if (leaf.reader().maxDoc() <= FEW) {
            segment.readAll(leaf.reader());
            return;
        }
        // Those around it end with the search.
        LeafReader reader = FilterLeafReader.unwrap(leaf.reader());
        Executor executor = background;
        if (executor == null || reader.tryIncRef() == false) {
            return;
        }
        try {
            executor.execute(() -> {
                try {
                    segment.readAll(reader);
                } finally {
                    release(reader);
                }
            });
        } catch (OpenSearchRejectedExecutionException e) {
            release(reader); // the node stops
        }
    }

    private static void release(LeafReader reader) {
        try {
            reader.decRef();
        } catch (IOException e) {
            LOGGER.debug("cannot close a segment", RedactedException.of(e));
        }
    }

    /** How many segments it knows something of. */
    int size() {
        return segments.size();
    }

    /** The hashes of one segment's documents. */
    public static final class Segment {
        private final String idField;
        /** 0 where nobody asked yet; the same value whoever writes it. */
        private final long[] known;

        private Segment(String idField, int documents) {
            this.idField = idField;
            known = new long[documents];
        }

        private void readAll(LeafReader reader) {
            try {
                ItemIdReader.all(reader, idField, (doc, id) -> known[doc] = ItemRow.hash(id));
            } catch (IOException | RuntimeException e) {
                // Searches go on to read them one by one, and say so if they cannot.
                LOGGER.debug("cannot read the ids of a segment", RedactedException.of(e));
            }
        }

        public long of(LeafReaderContext leaf, int doc) throws IOException {
            if (known[doc] == 0) {
                known[doc] = ItemRow.hash(ItemIdReader.of(leaf, idField, doc));
            }
            return known[doc];
        }
    }
}
