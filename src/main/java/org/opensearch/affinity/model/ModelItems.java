package org.opensearch.affinity.model;

import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.SortedSetDocValues;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.IntroSorter;
import org.opensearch.affinity.item.ItemRow;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The items of one model by the hashes of their ids, see {@link ItemRow#hash}. Takes 12 bytes of heap per item; the ids are read from the
 * index. Immutable.
 */
final class ModelItems {
    /** Ascending. */
    private final long[] hashes;
    /** Of each hash: the ordinal of the id in its segment, after the ids of the segments before it. */
    private final int[] ordinals;

    private ModelItems(long[] hashes, int[] ordinals) {
        this.hashes = hashes;
        this.ordinals = ordinals;
    }

    static ModelItems of(IndexReader reader) throws IOException {
        int items = 0;
        for (LeafReaderContext leaf : reader.leaves()) {
            items += size(leaf.reader().getSortedSetDocValues(ModelIndex.ITEM));
        }
        long[] hashes = new long[items];
        int[] ordinals = new int[items];
        int next = 0;
        for (LeafReaderContext leaf : reader.leaves()) {
            SortedSetDocValues ids = leaf.reader().getSortedSetDocValues(ModelIndex.ITEM);
            for (int ordinal = 0; ordinal < size(ids); ordinal++) {
                hashes[next] = ItemRow.hash(ids.lookupOrd(ordinal));
                ordinals[next] = next;
                next++;
            }
        }
        sort(hashes, ordinals);
        return new ModelItems(hashes, ordinals);
    }

    private static int size(SortedSetDocValues ids) {
        return ids == null ? 0 : Math.toIntExact(ids.getValueCount());
    }

    private static void sort(long[] hashes, int[] ordinals) {
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
                int ordinal = ordinals[i];
                ordinals[i] = ordinals[j];
                ordinals[j] = ordinal;
            }
        }.sort(0, hashes.length);
    }

    /**
     * The ids of items, in the order of their hashes; items that the model does not have are left out.
     *
     * @param reader of the same index as that of {@link #of}
     */
    List<BytesRef> ids(long[] wanted, IndexReader reader) throws IOException {
        List<SortedSetDocValues> segments = new ArrayList<>();
        for (LeafReaderContext leaf : reader.leaves()) {
            segments.add(leaf.reader().getSortedSetDocValues(ModelIndex.ITEM));
        }
        List<BytesRef> found = new ArrayList<>(wanted.length);
        for (long hash : wanted) {
            int index = Arrays.binarySearch(hashes, hash);
            if (index >= 0) {
                found.add(id(ordinals[index], segments));
            }
        }
        return found;
    }

    private static BytesRef id(int ordinal, List<SortedSetDocValues> segments) throws IOException {
        int left = ordinal;
        for (SortedSetDocValues ids : segments) {
            if (left < size(ids)) {
                return BytesRef.deepCopyOf(ids.lookupOrd(left));
            }
            left -= size(ids);
        }
        throw new IllegalStateException("the reader has fewer items than the model");
    }
}
