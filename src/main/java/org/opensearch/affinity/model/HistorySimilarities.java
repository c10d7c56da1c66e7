package org.opensearch.affinity.model;

import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.util.BitSet;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.FixedBitSet;
import org.opensearch.affinity.item.ItemValues;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * The similarities of a model's items to a history. Immutable.
 *
 * @param sums    by hash of the item, the sum of weight times similarity over the history's items
 * @param content vector whose dot product with the unit vector of an unknown item estimates its sum; of any length; empty for no estimates
 * @param known   the documents of items with known similarities, by number in the model's index
 */
public record HistorySimilarities(ItemValues sums, float[] content, BitSet known) {
    /** No similarities. */
    public static final HistorySimilarities NONE = new HistorySimilarities(new ItemValues(0), new float[0], new FixedBitSet(1));
    private static final int EXPECTED_NEIGHBOURS = 1_000;

    /**
     * Returns the sum of an item, 0 for one that is not similar to the history; {@link PartScores#UNKNOWN} for one of which nothing is known,
     * if there are estimates.
     *
     * @param item     hash of its id
     * @param document of the item, by number in the model's index; -1 if the model does not have it
     */
    public double of(long item, int document) {
        return content.length == 0 || document >= 0 && known.get(document) ? sums.get(item) : PartScores.UNKNOWN;
    }

    /**
     * Reads the rows of a history's items.
     *
     * @param documents of the history's items, by number in the index; -1 for an item that the model does not have
     * @param weights   of the history's items
     */
    static HistorySimilarities read(List<LeafReaderContext> leaves, int[] documents, float[] weights, BitSet known) throws IOException {
        ItemValues sums = new ItemValues(EXPECTED_NEIGHBOURS);
        float[] content = new float[0];
        BytesRef[] neighbours = binaryValues(leaves, ModelIndex.NEIGHBOURS, documents);
        BytesRef[] contents = binaryValues(leaves, ModelIndex.CONTENT, documents);
        // In the order of the history, which is the same on all nodes: sums of floats depend on the order.
        for (int i = 0; i < documents.length; i++) {
            float weight = weights[i];
            if (neighbours[i] != null) {
                ModelIndex.unpack(neighbours[i], (hash, similarity) -> sums.add(hash, weight * similarity));
            }
            if (contents[i] != null) {
                content = content.length == 0 ? new float[ModelIndex.dimension(contents[i])] : content;
                ModelIndex.add(weight, contents[i], content);
            }
        }
        return new HistorySimilarities(sums, content, known);
    }

    /** Returns the values of a field of type {@code binary}, in the order of the documents; null for a document without one. */
    private static BytesRef[] binaryValues(List<LeafReaderContext> leaves, String field, int[] documents) throws IOException {
        // Doc values are read by ascending document: the number of the document, then its place.
        long[] ascending = new long[documents.length];
        for (int i = 0; i < documents.length; i++) {
            ascending[i] = (long) documents[i] << Integer.SIZE | i;
        }
        Arrays.sort(ascending);
        BytesRef[] found = new BytesRef[documents.length];
        for (LeafReaderContext leaf : leaves) {
            LeafReader reader = leaf.reader();
            BinaryDocValues values = reader.getBinaryDocValues(field);
            for (int i = 0; values != null && i < ascending.length; i++) {
                int doc = (int) (ascending[i] >>> Integer.SIZE) - leaf.docBase;
                if (doc >= 0 && doc < reader.maxDoc() && values.advanceExact(doc)) {
                    found[(int) ascending[i]] = BytesRef.deepCopyOf(LocalModels.single(values.binaryValue()));
                }
            }
        }
        return found;
    }
}
