package org.opensearch.affinity.rank;

import org.apache.lucene.util.BytesRef;
import org.opensearch.affinity.item.ItemRow;
import org.opensearch.affinity.item.ItemValues;

import java.io.IOException;
import java.util.function.LongToDoubleFunction;

/**
 * The items of the user's history in one search on one shard: which documents they are, and how recent each is. Source of the signals
 * {@code seen} and {@code seen_last}, and of the factor {@code own}. Immutable.
 */
public final class RepeatItems {
    private final float ownFactor;
    /** By hash of the item: 1/n for the n-th newest item of the history. */
    private final ItemValues recency;

    private RepeatItems(float ownFactor, ItemValues recency) {
        this.ownFactor = ownFactor;
        this.recency = recency;
    }

    /** Has no items if the scoring has no history. */
    public static RepeatItems of(Scoring scoring) {
        if (scoring.itemTable() == null || scoring.history().isEmpty()) {
            return new RepeatItems(1, new ItemValues(0));
        }
        ItemValues recency = new ItemValues(scoring.history().size());
        for (String item : scoring.history()) {
            recency.put(ItemRow.hash(new BytesRef(item)), 1f / (recency.size() + 1));
        }
        return new RepeatItems(scoring.ownFactor(), recency);
    }

    /** The signal {@code seen}: 1 for an item of the history, else 0. */
    SignalSource seen() {
        return items -> {
            Segment segment = segment(items);
            return doc -> segment.recency(doc) > 0 ? 1 : 0;
        };
    }

    /** The signal {@code seen_last}: 1/n for the n-th newest item of the history, else 0. */
    SignalSource recency() {
        return items -> segment(items)::recency;
    }

    Segment segment(SegmentItems items) {
        return new Segment(recency.size() == 0 ? null : items);
    }

    /** The repeat items among one segment's documents. */
    final class Segment {
        /** Null if there are no repeat items. */
        private final SegmentItems items;
        private final LongToDoubleFunction ofItem = recency::get;

        private Segment(SegmentItems items) {
            this.items = items;
        }

        /** Factor of a document's affinity, from 0 to 1; 1 if its item is not in the history. */
        float ownFactor(int doc) throws IOException {
            return items != null && ownFactor != 1 && recency(doc) > 0 ? ownFactor : 1;
        }

        /** 1/n for the n-th newest item of the history; 0 for a document whose item is not in it. */
        float recency(int doc) throws IOException {
            return items == null ? 0 : (float) items.largest(doc, ofItem);
        }
    }
}
