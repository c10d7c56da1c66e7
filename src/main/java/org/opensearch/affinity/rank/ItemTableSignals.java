package org.opensearch.affinity.rank;

import org.opensearch.affinity.item.ItemHashes;
import org.opensearch.affinity.item.ItemTable;
import org.opensearch.affinity.tracker.Signal.Shape;

import java.util.function.LongToDoubleFunction;

/** The popularity signals, read from this node's copy of the tracker's item table. */
final class ItemTableSignals {
    private ItemTableSignals() {}

    /**
     * The signal {@code popularity} in the contexts of the search, or {@code popularity_all_time}.
     *
     * @param shape {@link Shape#POPULARITY} or {@link Shape#ALL_TIME}
     * @param input null if the search needs no items
     * @return null if this node has no item table
     */
    static SignalSource popularity(Shape shape, ItemTableInput input, RankNode node) {
        ItemTable.Popularities table = ItemTableInput.open(input, node);
        if (table == null) {
            return null;
        }
        return (leaf, similarities) -> {
            ItemHashes.Segment hashes = node.hashes().of(leaf, input.idField());
            LongToDoubleFunction popularity = shape == Shape.ALL_TIME ? table::allTime : table::of;
            return doc -> hashes.largest(leaf, doc, popularity);
        };
    }
}
