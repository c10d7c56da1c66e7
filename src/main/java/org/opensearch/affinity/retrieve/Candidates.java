package org.opensearch.affinity.retrieve;

import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.util.BitSet;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.SparseFixedBitSet;

import java.io.IOException;
import java.util.List;

/**
 * The documents of one shard that a search for a user scores, each once. Deleted documents and those that the filter leaves out are none.
 * Not thread-safe.
 */
final class Candidates {
    /**
     * A way to find candidates. Several sources fill one search's candidates, one after another.
     *
     * @see CandidateSources
     */
    interface Source {
        /**
         * Adds the documents that this source prefers.
         *
         * @param places how many documents to add that are not candidates yet, at least 1
         */
        void addTo(Candidates candidates, int places) throws IOException;
    }

    private final IndexSearcher searcher;
    private final List<LeafReaderContext> leaves;
    private final MatchedDocuments filter;
    private final SparseFixedBitSet documents;
    private int size;

    /** @param filter null for none */
    Candidates(IndexSearcher searcher, MatchedDocuments filter) {
        this.searcher = searcher;
        this.filter = filter;
        leaves = searcher.getIndexReader().leaves();
        documents = new SparseFixedBitSet(Math.max(1, searcher.getIndexReader().maxDoc()));
    }

    IndexSearcher searcher() {
        return searcher;
    }

    /** Null for none. */
    MatchedDocuments filter() {
        return filter;
    }

    /** The number of candidates so far. */
    int size() {
        return size;
    }

    /** At least the number of documents that may become candidates. */
    int largestSize() {
        int live = searcher.getIndexReader().numDocs();
        return filter == null ? live : Math.min(live, filter.size());
    }

    /**
     * Adds a document unless the filter leaves it out, or it is deleted.
     *
     * @param doc number in the shard
     */
    void add(int doc) {
        LeafReaderContext leaf = leaves.get(ReaderUtil.subIndex(doc, leaves));
        add(leaf, doc - leaf.docBase, leaf.reader().getLiveDocs());
    }

    private void add(LeafReaderContext leaf, int doc, Bits live) {
        boolean matches = (live == null || live.get(doc)) && (filter == null || filter.contains(leaf, doc));
        if (matches && documents.getAndSet(leaf.docBase + doc) == false) {
            size++;
        }
    }

    /** Adds every document that may be a candidate. */
    void addAll() throws IOException {
        for (LeafReaderContext leaf : leaves) {
            SearchInterruption.check(leaf);
            Bits live = leaf.reader().getLiveDocs();
            DocIdSetIterator all = filter == null ? DocIdSetIterator.all(leaf.reader().maxDoc()) : filter.documents(leaf);
            while (all.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
                add(leaf, all.docID(), live);
            }
        }
    }

    /** By number in the shard; not to be changed. */
    BitSet documents() {
        return documents;
    }
}
