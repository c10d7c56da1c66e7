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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.LongToDoubleFunction;

/**
 * A cache of the item hashes of documents, by which item tables and trained models identify items; 8 bytes a document. A search
 * reads the hashes that it needs one by one, each from a stored document. Meanwhile the hashes of the whole segment are read in the
 * background, in the order of the terms. A document with several item ids has a hash for each. Entries are removed when their segment is closed. Thread-safe.
 */
public final class ItemHashes {
    private static final Logger LOGGER = LogManager.getLogger(ItemHashes.class);
    /** Segments up to this size are read at once: a rescore window may need most of their documents anyway. */
    private static final int SMALL_SEGMENT_DOCS = 2_000;

    private record Key(IndexReader.CacheKey segment, String idField) {}

    private final Map<Key, Segment> segments = new ConcurrentHashMap<>();
    /** Null until it is set. */
    private volatile Executor background;

    /** Sets the executor that reads segments in the background. Without one, larger segments are only read document by document. */
    public void readWith(Executor executor) {
        background = executor;
    }

    /**
     * The hashes of one segment's documents.
     *
     * @param idField keyword field with the item id, or {@code _id}
     */
    public Segment of(LeafReaderContext leaf, String idField) throws IOException {
        IndexReader.CacheHelper core = leaf.reader().getCoreCacheHelper();
        if (core == null) {
            return Segment.of(leaf.reader(), idField);
        }
        Key key = new Key(core.getKey(), idField);
        Segment known = segments.get(key);
        if (known != null) {
            return known;
        }
        Segment made = Segment.of(leaf.reader(), idField);
        known = segments.putIfAbsent(key, made);
        if (known != null) {
            return known;
        }
        core.addClosedListener(closed -> segments.remove(key));
        readAhead(leaf, made);
        return made;
    }

    private void readAhead(LeafReaderContext leaf, Segment segment) {
        if (segment.several != null) {
            return; // read document by document, each with all its ids at once
        }
        if (leaf.reader().maxDoc() <= SMALL_SEGMENT_DOCS) {
            segment.readAll(leaf.reader());
            return;
        }
        // Wrapping readers are closed with the search; the innermost one can be kept open.
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
            release(reader); // the node is shutting down
        }
    }

    private static void release(LeafReader reader) {
        try {
            reader.decRef();
        } catch (IOException e) {
            LOGGER.debug("cannot close a segment reader", RedactedException.of(e));
        }
    }

    /** The number of segments with an entry. */
    int size() {
        return segments.size();
    }

    /** The hashes of one segment's documents. */
    public static final class Segment {
        private final String idField;
        /** By document; 0 until it is read. Threads may write one element at the same time, always with the same value. */
        private final long[] hashes;
        /** By document, the hashes of all its ids; null elements until they are read. Null in a segment whose documents have one id each. */
        private final AtomicReferenceArray<long[]> several;

        private Segment(String idField, int documents, boolean several) {
            this.idField = idField;
            hashes = new long[several ? 0 : documents];
            this.several = several ? new AtomicReferenceArray<>(documents) : null;
        }

        private static Segment of(LeafReader reader, String idField) throws IOException {
            return new Segment(idField, reader.maxDoc(), ItemIdReader.hasSeveral(reader, idField));
        }

        private void readAll(LeafReader reader) {
            try {
                ItemIdReader.readAll(reader, idField, (doc, id) -> hashes[doc] = ItemRow.hash(id));
            } catch (IOException | RuntimeException e) {
                // Not fatal: searches read the hashes one by one and fail there if they cannot.
                LOGGER.debug("cannot read the item ids of a segment", RedactedException.of(e));
            }
        }

        /** Whether documents may have several item ids. */
        public boolean hasSeveral() {
            return several != null;
        }

        /**
         * The largest value of a function of the hashes of a document's item ids, see {@link ItemRow#hash}; of the hash of the empty id if
         * the document has none.
         *
         * @param leaf this segment, from the search that asks
         */
        public double largest(LeafReaderContext leaf, int doc, LongToDoubleFunction function) throws IOException {
            if (several == null) {
                return function.applyAsDouble(of(leaf, doc));
            }
            double largest = Double.NEGATIVE_INFINITY;
            for (long hash : allOf(leaf, doc)) {
                largest = Math.max(largest, function.applyAsDouble(hash));
            }
            return largest;
        }

        /** The hash of the document's item id for which a function is largest, the first of equal ones. */
        public long best(LeafReaderContext leaf, int doc, LongToDoubleFunction function) throws IOException {
            if (several == null) {
                return of(leaf, doc);
            }
            long[] all = allOf(leaf, doc);
            long best = all[0];
            for (long hash : all) {
                best = function.applyAsDouble(hash) > function.applyAsDouble(best) ? hash : best;
            }
            return best;
        }

        /** The hash of a document's item id, the first one if it has several; that of the empty id if it has none. */
        public long of(LeafReaderContext leaf, int doc) throws IOException {
            if (several != null) {
                return allOf(leaf, doc)[0];
            }
            if (hashes[doc] == 0) {
                ItemIdReader.read(leaf, idField, doc, (same, id) -> hashes[doc] = ItemRow.hash(id));
            }
            return hashes[doc];
        }

        private long[] allOf(LeafReaderContext leaf, int doc) throws IOException {
            long[] known = several.get(doc);
            if (known == null) {
                List<Long> read = new ArrayList<>();
                ItemIdReader.read(leaf, idField, doc, (same, id) -> read.add(ItemRow.hash(id)));
                known = read.stream().mapToLong(Long::longValue).toArray();
                several.set(doc, known);
            }
            return known;
        }
    }
}
