package org.opensearch.affinity.rank;

import org.apache.lucene.index.LeafReaderContext;
import org.opensearch.affinity.item.ItemHashes;
import org.opensearch.affinity.model.OpenModel;
import org.opensearch.affinity.rank.interest.SegmentSimilarities;

import java.io.IOException;
import java.util.function.LongToDoubleFunction;
import java.util.function.Supplier;

/**
 * The items of one segment's documents, in one search. What several signals need of an item is read or looked up once: its vector, its
 * hash, and its document in the model. Not thread-safe.
 */
final class SegmentItems {
    /** A function of an item that a model may have. */
    interface ModelFunction {
        /**
         * @param item     hash of its id
         * @param document of the item in the model, see {@link OpenModel#document}; -1 if the model does not have it
         */
        double of(long item, int document);
    }

    private final LeafReaderContext leaf;
    private final SegmentSimilarities similarities;
    private final ItemHashes hashes;
    private final String idField;
    private final Supplier<OpenModel> copy;
    /** Null until it is needed. */
    private ItemHashes.Segment segment;
    /** Null until it is needed, and without a model. */
    private OpenModel model;
    /** The document whose item was looked up in the model last. */
    private int current = -1;
    private long item;
    private int document;

    /**
     * @param idField field with the item id; null if no signal needs it
     * @param copy    gets the model of the search, null if there is none
     */
    SegmentItems(LeafReaderContext leaf, SegmentSimilarities similarities, ItemHashes hashes, String idField, Supplier<OpenModel> copy) {
        this.leaf = leaf;
        this.similarities = similarities;
        this.hashes = hashes;
        this.idField = idField;
        this.copy = copy;
    }

    LeafReaderContext leaf() {
        return leaf;
    }

    SegmentSimilarities similarities() {
        return similarities;
    }

    /** The unit vector of a document, see {@link SegmentSimilarities#vector(int, int)}. */
    float[] vector(int doc, int dimension) throws IOException {
        return similarities.vector(doc, dimension);
    }

    private ItemHashes.Segment hashes() throws IOException {
        if (segment == null) {
            segment = hashes.of(leaf, idField);
        }
        return segment;
    }

    /** The hash of a document's item, see {@link ItemHashes.Segment#of}. */
    long item(int doc) throws IOException {
        return hashes().of(leaf, doc);
    }

    /** The largest value of a function of the items of a document, see {@link ItemHashes.Segment#largest}. */
    double largest(int doc, LongToDoubleFunction function) throws IOException {
        return hashes().largest(leaf, doc, function);
    }

    /** The same for a function of items of the model. */
    double largest(int doc, ModelFunction function) throws IOException {
        if (hashes().hasSeveral()) {
            return segment.largest(leaf, doc, any -> function.of(any, document(any)));
        }
        if (doc != current) {
            current = doc;
            item = segment.of(leaf, doc);
            document = document(item);
        }
        return function.of(item, document);
    }

    /** The hash of the document's item for which a function is largest, the first of equal ones. */
    long best(int doc, ModelFunction function) throws IOException {
        return hashes().best(leaf, doc, any -> function.of(any, document(any)));
    }

    /** The document of an item in the model. */
    int document(long any) {
        if (model == null) {
            model = copy.get();
        }
        return model == null ? -1 : model.document(any);
    }
}
