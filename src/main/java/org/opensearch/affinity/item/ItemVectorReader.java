package org.opensearch.affinity.item;

import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.util.VectorUtil;

import java.io.IOException;

/** The item vectors of one segment, of unit length, read by ascending document. Not thread-safe. */
public final class ItemVectorReader {
    private final FloatVectorValues values;
    private final KnnVectorValues.DocIndexIterator docs;
    private final boolean unit;

    private ItemVectorReader(FloatVectorValues values, boolean unit) {
        this.values = values;
        this.docs = values.iterator();
        this.unit = unit;
    }

    /** Null when no document of the segment has a vector of this dimension. */
    public static ItemVectorReader open(LeafReaderContext leaf, String field, int dimension) throws IOException {
        FloatVectorValues values = leaf.reader().getFloatVectorValues(field);
        return values == null || values.dimension() != dimension ? null : open(leaf, field);
    }

    /** Null when no document of the segment has a vector. */
    public static ItemVectorReader open(LeafReaderContext leaf, String field) throws IOException {
        FloatVectorValues values = leaf.reader().getFloatVectorValues(field);
        if (values == null) {
            return null;
        }
        VectorSimilarityFunction similarity = leaf.reader().getFieldInfos().fieldInfo(field).getVectorSimilarityFunction();
        // Fields of other types may hold vectors of any length; only a dot product asks for unit vectors.
        return new ItemVectorReader(values, similarity == VectorSimilarityFunction.DOT_PRODUCT);
    }

    /** Null when the document has none. The array is valid until the next call. */
    public float[] vector(int doc) throws IOException {
        if (docs.docID() < doc) {
            docs.advance(doc);
        }
        if (docs.docID() != doc) {
            return null;
        }
        float[] vector = values.vectorValue(docs.index());
        return unit ? vector : VectorUtil.l2normalize(vector.clone(), false);
    }
}
