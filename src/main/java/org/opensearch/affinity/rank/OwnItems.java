package org.opensearch.affinity.rank;

import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.util.BytesRef;
import org.opensearch.affinity.track.ItemRow;

import java.io.IOException;
import java.util.Arrays;

/** Items that the person who searches has done something with. Immutable. */
final class OwnItems {
    static final OwnItems NONE = new OwnItems(null, null, new long[0]);

    private final Scoring scoring;
    private final ItemHashes documents;
    /** Ascending. */
    private final long[] items;

    private OwnItems(Scoring scoring, ItemHashes documents, long[] items) {
        this.scoring = scoring;
        this.documents = documents;
        this.items = items;
    }

    /** @param documents of which item each is */
    static OwnItems of(Scoring scoring, ItemHashes documents) {
        if (scoring.table() == null || scoring.history().isEmpty()) {
            return NONE;
        }
        long[] items = scoring.history().stream().mapToLong(item -> ItemRow.hash(new BytesRef(item))).sorted().toArray();
        return new OwnItems(scoring, documents, items);
    }

    Leaf leaf(LeafReaderContext leaf) {
        return new Leaf(leaf, items.length == 0 ? null : documents.of(leaf, scoring.table().idField()));
    }

    /** Those of one segment. */
    final class Leaf {
        private final LeafReaderContext leaf;
        private final ItemHashes.Segment segment;

        private Leaf(LeafReaderContext leaf, ItemHashes.Segment segment) {
            this.leaf = leaf;
            this.segment = segment;
        }

        /** What the affinity of a document's item is multiplied by. */
        float factor(int doc) throws IOException {
            return segment != null && scoring.ownFactor() != 1 && has(doc) ? scoring.ownFactor() : 1;
        }

        /** Whether a document's item is one of these. */
        boolean has(int doc) throws IOException {
            return segment != null && Arrays.binarySearch(items, segment.of(leaf, doc)) >= 0;
        }
    }
}
