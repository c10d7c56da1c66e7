package org.opensearch.affinity.rank;

import org.opensearch.affinity.item.Exploration;
import org.opensearch.affinity.item.ItemTable;
import org.opensearch.affinity.tracker.Signal.Shape;

import java.util.function.LongToDoubleFunction;

/** The signals that are read from this node's copy of the tracker's item table. */
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
        LongToDoubleFunction popularity = shape == Shape.ALL_TIME ? table::allTime : table::of;
        return items -> doc -> items.largest(doc, popularity);
    }

    /**
     * The exploration bonus: a random number from 0 to 1 / √(1 + n), where n is the number of events that are known of an item, or of a liked
     * interest that fits the item ({@link Exploration#confidenceWidth}, after UCB1). It is the value of the signal {@link Shape#CHANCE}. The
     * random numbers are a function of seed and item, or of seed and interest, so all nodes, shards and pages agree.
     *
     * @return the larger bonus of item and interest; null if this node has no item table
     */
    static SignalSource exploration(ItemTableInput input, RankNode node) {
        ItemTable.Popularities table = ItemTableInput.open(input, node);
        if (table == null) {
            return null;
        }
        LongToDoubleFunction negativeWidth = item -> -table.confidenceWidth(item);
        return items -> doc -> {
            double width = -items.largest(doc, negativeWidth);
            return Math.max(width * Exploration.draw(items.item(doc), input.seed()), items.similarities().exploration(doc));
        };
    }
}
