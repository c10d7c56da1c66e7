package org.opensearch.affinity.rank;

import org.opensearch.affinity.item.Exploration;
import org.opensearch.affinity.item.ItemHashes;
import org.opensearch.affinity.item.ItemTable;
import org.opensearch.affinity.tracker.Signal;

import java.util.function.LongToDoubleFunction;

/**
 * The exploration bonus: a random number from 0 to 1 / √(1 + n), where n is the number of events that are known of an item, or of a liked
 * interest that fits the item ({@link Exploration#confidenceWidth}, after UCB1). It is the value of the signal {@link Signal.Shape#CHANCE}. The random
 * numbers are a function of seed and item, or of seed and interest, so all nodes, shards and pages agree.
 */
final class ExplorationSignal {
    private ExplorationSignal() {}

    /** The larger bonus of item and interest; null if this node has no item table. */
    static SignalSource source(ItemTableInput input, RankNode node) {
        ItemTable.Popularities table = ItemTableInput.open(input, node);
        if (table == null) {
            return null;
        }
        return (leaf, similarities) -> {
            ItemHashes.Segment hashes = node.hashes().of(leaf, input.idField());
            LongToDoubleFunction negativeWidth = id -> -table.confidenceWidth(id);
            return doc -> {
                long item = hashes.of(leaf, doc);
                double width = -hashes.largest(leaf, doc, negativeWidth);
                return Math.max(width * Exploration.draw(item, input.seed()), similarities.exploration(doc));
            };
        };
    }
}
