package org.opensearch.affinity.item;

import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.VectorUtil;

import java.io.IOException;

/**
 * Reads the item vectors of one segment as unit vectors, by ascending document. The vector of the current document is read once, however
 * often it is asked for. Not thread-safe.
 */
public final class ItemVectorReader {
    private final FloatVectorValues values;
    private final KnnVectorValues.DocIndexIterator docs;
    private final boolean storedAsUnit;
    private int current = -1;
    private float[] vector;

    private ItemVectorReader(FloatVectorValues values, boolean storedAsUnit) {
        this.values = values;
        this.docs = values.iterator();
        this.storedAsUnit = storedAsUnit;
    }

    /** Opens a reader; null if no document of the segment has a vector of this dimension in the field. */
    public static ItemVectorReader open(LeafReaderContext leaf, String field, int dimension) throws IOException {
        FloatVectorValues values = leaf.reader().getFloatVectorValues(field);
        return values == null || values.dimension() != dimension ? null : open(leaf, field);
    }

    /** Opens a reader; null if no document of the segment has a vector in the field. */
    public static ItemVectorReader open(LeafReaderContext leaf, String field) throws IOException {
        FloatVectorValues values = leaf.reader().getFloatVectorValues(field);
        if (values == null) {
            return null;
        }
        VectorSimilarityFunction similarity = leaf.reader().getFieldInfos().fieldInfo(field).getVectorSimilarityFunction();
        // Fields of other types may hold vectors of any length; only the similarity dot product requires unit vectors.
        return new ItemVectorReader(values, similarity == VectorSimilarityFunction.DOT_PRODUCT);
    }

    /** The length of all vectors. */
    public int dimension() {
        return values.dimension();
    }

    /**
     * The vector of a document; null if it has none.
     *
     * @param doc not below that of the previous call
     * @return of unit length, or all zeros where the field stores a zero vector; reused for the next document and not to be changed
     */
    public float[] vector(int doc) throws IOException {
        if (doc != current) {
            current = doc;
            vector = read(doc);
        }
        return vector;
    }

    private float[] read(int doc) throws IOException {
        if (docs.docID() < doc) {
            docs.advance(doc);
        }
        if (docs.docID() != doc) {
            return null;
        }
        float[] stored = values.vectorValue(docs.index());
        return storedAsUnit ? stored : VectorUtil.l2normalize(stored.clone(), false);
    }
}
