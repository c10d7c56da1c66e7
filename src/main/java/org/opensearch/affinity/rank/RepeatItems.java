package org.opensearch.affinity.rank;

import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.util.BytesRef;
import org.opensearch.affinity.item.ItemHashes;
import org.opensearch.affinity.item.ItemRow;
import org.opensearch.affinity.item.ItemValues;

import java.io.IOException;

/** Items that the person who searches has done something with, and how near in his history they are. Immutable. */
public final class RepeatItems {
    static final RepeatItems NONE = new RepeatItems(null, null, new ItemValues(0));

    private final Scoring scoring;
    private final ItemHashes documents;
    /** 1/n for the n-th item, counted from the newest. */
    private final ItemValues nearness;

    private RepeatItems(Scoring scoring, ItemHashes documents, ItemValues nearness) {
        this.scoring = scoring;
        this.documents = documents;
        this.nearness = nearness;
    }

    /** @param documents of which item each is */
    public static RepeatItems of(Scoring scoring, ItemHashes documents) {
        if (scoring.table() == null || scoring.history().isEmpty()) {
            return NONE;
        }
        ItemValues nearness = new ItemValues(scoring.history().size());
        for (String item : scoring.history()) {
            nearness.put(ItemRow.hash(new BytesRef(item)), 1f / (nearness.size() + 1));
        }
        return new RepeatItems(scoring, documents, nearness);
    }

    Leaf leaf(LeafReaderContext leaf) {
        return new Leaf(leaf, nearness.size() == 0 ? null : documents.of(leaf, scoring.table().idField()));
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
            return segment != null && scoring.ownFactor() != 1 && nearness(doc) > 0 ? scoring.ownFactor() : 1;
        }

        /** 1 for the newest item, 1/n for the n-th; 0 for a document whose item is none of these. */
        float nearness(int doc) throws IOException {
            return segment == null ? 0 : nearness.get(segment.of(leaf, doc));
        }
    }
}
