package org.opensearch.affinity.rank;

import org.apache.lucene.index.LeafReaderContext;
import org.opensearch.affinity.item.ItemVectorReader;

import java.io.IOException;

/**
 * Where the items of one segment lie as seen from a person's interests, by ascending document. Whoever asks for the document
 * that was asked for last, its vector is read once. Not thread-safe.
 */
final class SegmentSimilarities {
    private final InterestVectors interests;
    /** Null where no document has a vector, or there is nothing to compare it with. */
    private final ItemVectorReader vectors;
    private final CentroidDistances.Segment distances;
    private int current = -1;
    private float[] vector;
    private float distance;

    private SegmentSimilarities(InterestVectors interests, ItemVectorReader vectors, CentroidDistances.Segment distances) {
        this.interests = interests;
        this.vectors = vectors;
        this.distances = distances;
    }

    static SegmentSimilarities open(LeafReaderContext leaf, InterestVectors interests, CentroidDistances distances) throws IOException {
        ItemVectorReader vectors = interests.isEmpty() ? null : ItemVectorReader.open(leaf, interests.field(), interests.dimension());
        return new SegmentSimilarities(interests, vectors, vectors == null ? null : distances.of(leaf, interests.space(), interests.field()));
    }

    /** Null where the document has none that can be compared. The array is valid until the next document is asked for. */
    float[] vector(int doc) throws IOException {
        if (vectors != null && doc != current) {
            current = doc;
            vector = vectors.vector(doc);
            distance = vector == null ? 0 : distances.of(doc, vector);
        }
        return vector;
    }

    /** See {@link InterestVectors#affinity}; 0 where the document has no vector. */
    float affinity(int doc) throws IOException {
        return vector(doc) == null ? 0 : interests.affinity(vector, distance);
    }

    /** See {@link InterestVectors#unknown}; 0 where the document has no vector. */
    float unknown(int doc) throws IOException {
        return vector(doc) == null ? 0 : interests.unknown(vector, distance);
    }
}
