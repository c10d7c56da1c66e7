package org.opensearch.affinity.rank;

import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.util.BytesRef;

import java.io.IOException;
import java.util.Arrays;

/** Items that the person who searches has done something with. Immutable. */
final class OwnItems {
    static final OwnItems NONE = new OwnItems(null, null, new int[0]);

    private final Scoring scoring;
    private final ItemTable table;
    /** Ascending. */
    private final int[] rows;

    private OwnItems(Scoring scoring, ItemTable table, int[] rows) {
        this.scoring = scoring;
        this.table = table;
        this.rows = rows;
    }

    static OwnItems of(Scoring scoring, ItemTables tables) {
        if (scoring.table() == null || scoring.history().isEmpty()) {
            return NONE;
        }
        ItemTable known = tables.find(scoring.table().index());
        // Without a copy on this node ids are read for this search alone: slower, and the same scores as elsewhere.
        ItemTable table = known != null ? known : new ItemTable(Runnable::run);
        int[] rows = scoring.history().stream().mapToInt(item -> table.row(new BytesRef(item))).sorted().toArray();
        return new OwnItems(scoring, table, rows);
    }

    Leaf leaf(LeafReaderContext leaf) {
        return new Leaf(leaf, rows.length == 0 ? null : table.of(leaf, scoring.table().idField()));
    }

    /** Those of one segment. */
    final class Leaf {
        private final LeafReaderContext leaf;
        private final ItemTable.SegmentRows segment;

        private Leaf(LeafReaderContext leaf, ItemTable.SegmentRows segment) {
            this.leaf = leaf;
            this.segment = segment;
        }

        /** What the affinity of a document's item is multiplied by. */
        float factor(int doc) throws IOException {
            return segment != null && scoring.ownFactor() != 1 && has(doc) ? scoring.ownFactor() : 1;
        }

        /** Whether a document's item is one of these. */
        boolean has(int doc) throws IOException {
            return segment != null && Arrays.binarySearch(rows, segment.row(leaf, doc)) >= 0;
        }
    }
}
