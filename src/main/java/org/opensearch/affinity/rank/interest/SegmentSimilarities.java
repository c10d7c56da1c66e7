package org.opensearch.affinity.rank.interest;

import org.apache.lucene.index.LeafReaderContext;
import org.opensearch.affinity.item.ItemVectorReader;

import java.io.IOException;

/**
 * Compares the documents of one segment with the interests of one search, in ascending order. The vector of the current document is read
 * once, however many methods ask for it. Not thread-safe.
 */
public final class SegmentSimilarities {
    private final InterestVectors interests;
    /** Null if the segment has no vectors. */
    private final ItemVectorReader vectors;
    /** Null if there are no interests, or the segment has no vectors of their dimension. */
    private final CentroidDistances.Segment distances;
    private int current = -1;
    private float[] vector;
    private float distance;

    private SegmentSimilarities(InterestVectors interests, ItemVectorReader vectors, CentroidDistances.Segment distances) {
        this.interests = interests;
        this.vectors = vectors;
        this.distances = distances;
    }

    public static SegmentSimilarities open(LeafReaderContext leaf, InterestVectors interests, CentroidDistances distances) throws IOException {
        ItemVectorReader vectors = ItemVectorReader.open(leaf, interests.field());
        if (vectors == null || interests.isEmpty() || vectors.dimension() != interests.dimension()) {
            return new SegmentSimilarities(interests, vectors, null);
        }
        return new SegmentSimilarities(interests, vectors, distances.of(leaf, interests.space(), interests.field()));
    }

    /**
     * The unit vector of a document. The array is valid until the method is called for another document.
     *
     * @param doc number in the segment, not lower than that of the call before
     * @return null if the document has no vector, or there is nothing to compare it with
     */
    public float[] vector(int doc) throws IOException {
        if (distances != null && doc != current) {
            current = doc;
            vector = vectors.vector(doc);
            distance = vector == null ? 0 : distances.of(doc, vector);
        }
        return vector;
    }

    /**
     * The unit vector of a document, for comparison with something else than the interests. The array is valid as for {@link #vector(int)}.
     *
     * @param dimension of what it is compared with
     * @return null if the document has no vector of this dimension
     */
    public float[] vector(int doc, int dimension) throws IOException {
        return vectors == null || vectors.dimension() != dimension ? null : vectors.vector(doc);
    }

    /** {@link InterestVectors#affinity} of a document, in [-1, 1]; 0 if it has no vector. */
    public float affinity(int doc) throws IOException {
        return vector(doc) == null ? 0 : interests.affinity(vector, distance);
    }

    /** {@link InterestVectors#exploration} of a document, from 0 to 1; 0 if it has no vector. */
    public float exploration(int doc) throws IOException {
        return vector(doc) == null ? 0 : interests.exploration(vector, distance);
    }
}
