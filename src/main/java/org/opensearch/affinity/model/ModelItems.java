package org.opensearch.affinity.model;

import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.SortedSetDocValues;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.IntroSorter;
import org.opensearch.affinity.item.ItemRow;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * The documents of one model's items by the hashes of the items' ids, see {@link ItemRow#hash}. Takes 12 bytes of heap per item; the ids
 * are read from the index. Immutable.
 */
final class ModelItems {
    private static final int FIRST_STEP = 64;

    /** Ascending. */
    private final long[] hashes;
    /** Of each hash, by number in the index. */
    private final int[] documents;

    private ModelItems(long[] hashes, int[] documents) {
        this.hashes = hashes;
        this.documents = documents;
    }

    static ModelItems of(IndexReader reader) throws IOException {
        long[] hashes = new long[reader.maxDoc()];
        int[] documents = new int[reader.maxDoc()];
        int size = 0;
        for (LeafReaderContext leaf : reader.leaves()) {
            SortedSetDocValues ids = leaf.reader().getSortedSetDocValues(ModelIndex.ITEM);
            if (ids == null) {
                continue;
            }
            long[] byOrdinal = new long[Math.toIntExact(ids.getValueCount())];
            for (int ordinal = 0; ordinal < byOrdinal.length; ordinal++) {
                byOrdinal[ordinal] = ItemRow.hash(ids.lookupOrd(ordinal));
            }
            while (ids.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
                hashes[size] = byOrdinal[(int) ids.nextOrd()];
                documents[size++] = leaf.docBase + ids.docID();
            }
        }
        long[] sortedHashes = Arrays.copyOf(hashes, size);
        int[] sortedDocuments = Arrays.copyOf(documents, size);
        sort(sortedHashes, sortedDocuments);
        return new ModelItems(sortedHashes, sortedDocuments);
    }

    private static void sort(long[] hashes, int[] documents) {
        new IntroSorter() {
            private long pivot;

            @Override
            protected void setPivot(int i) {
                pivot = hashes[i];
            }

            @Override
            protected int comparePivot(int j) {
                return Long.compare(pivot, hashes[j]);
            }

            @Override
            protected void swap(int i, int j) {
                long hash = hashes[i];
                hashes[i] = hashes[j];
                hashes[j] = hash;
                int document = documents[i];
                documents[i] = documents[j];
                documents[j] = document;
            }
        }.sort(0, hashes.length);
    }

    /** The document of an item, by number in the index; -1 for an item that the model does not have. */
    int document(long hash) {
        if (hashes.length == 0) {
            return -1;
        }
        // Hashes are uniform, so that a hash tells about where it is: the search stays in a few cache lines.
        int low = (int) Math.unsignedMultiplyHigh(hash ^ Long.MIN_VALUE, hashes.length);
        int high = low;
        for (int step = FIRST_STEP; low > 0 && hashes[low] > hash; step *= 2) {
            high = low;
            low = Math.max(0, low - step);
        }
        for (int step = FIRST_STEP; high < hashes.length - 1 && hashes[high] < hash; step *= 2) {
            low = high;
            high = Math.min(hashes.length - 1, high + step);
        }
        int index = Arrays.binarySearch(hashes, low, high + 1, hash);
        return index < 0 ? -1 : documents[index];
    }

    /**
     * The ids of documents, in the same order; documents that are no items are left out.
     *
     * @param wanted documents by number in the index
     */
    static List<BytesRef> ids(int[] wanted, IndexReader reader) throws IOException {
        // Doc values are read by ascending document: the number of the document, then its place.
        long[] ascending = new long[wanted.length];
        for (int i = 0; i < wanted.length; i++) {
            ascending[i] = (long) wanted[i] << Integer.SIZE | i;
        }
        Arrays.sort(ascending);
        BytesRef[] found = new BytesRef[wanted.length];
        List<LeafReaderContext> leaves = reader.leaves();
        LeafReaderContext leaf = null;
        SortedSetDocValues ids = null;
        for (long one : ascending) {
            int document = (int) (one >>> Integer.SIZE);
            if (leaf == null || document >= leaf.docBase + leaf.reader().maxDoc()) {
                leaf = leaves.get(ReaderUtil.subIndex(document, leaves));
                ids = leaf.reader().getSortedSetDocValues(ModelIndex.ITEM);
            }
            if (ids != null && ids.advanceExact(document - leaf.docBase)) {
                found[(int) one] = BytesRef.deepCopyOf(ids.lookupOrd(ids.nextOrd()));
            }
        }
        return Arrays.stream(found).filter(id -> id != null).toList();
    }
}
