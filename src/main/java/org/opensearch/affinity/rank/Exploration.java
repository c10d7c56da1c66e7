package org.opensearch.affinity.rank;

import org.opensearch.affinity.item.ItemHashes;
import org.opensearch.affinity.item.ItemTable;
import org.opensearch.affinity.profile.Interest;
import org.opensearch.affinity.profile.Profile;
import org.opensearch.affinity.tracker.Signal;

import java.util.Objects;

/**
 * The exploration bonus: a random number from 0 to 1 / √(1 + n), where n is the number of events of an item, or of a liked
 * interest that fits the item ({@link ItemTable#width}, after UCB1). It is the value of the signal {@link Signal.Shape#CHANCE}. The random
 * numbers are a function of seed and item, or of seed and interest, so all nodes, shards and pages agree.
 */
final class Exploration {
    private static final long DAY_MILLIS = 24 * 60 * 60 * 1000L;

    private Exploration() {}

    /**
     * The seed of a search's random numbers: the same for one user during one day (UTC).
     *
     * @param user null if there is none
     * @param now  epoch milliseconds
     */
    static int seed(String user, long now) {
        return Objects.hash(user, now / DAY_MILLIS);
    }

    /**
     * Bonus of an item whose cosine with the interest is 1. The interest's random number depends on its position in
     * {@link Profile#interests()}, the order in which interests were opened: weight and examples change with every event.
     *
     * @param profile that the interest is of
     */
    static float bonus(Interest interest, Profile profile, int seed) {
        double random = ItemTable.chance(profile.interests().indexOf(interest), seed);
        return (float) (ItemTable.width(interest.events()) * random);
    }

    /** The larger bonus of item and interest; null if this node has no item table. */
    static SignalSource source(ItemTableInput input, RankNode node) {
        ItemTable.Popularities table = ItemTableInput.open(input, node);
        if (table == null) {
            return null;
        }
        return (leaf, similarities) -> {
            ItemHashes.Segment hashes = node.hashes().of(leaf, input.idField());
            return doc -> {
                long item = hashes.of(leaf, doc);
                return Math.max(table.unknown(item) * ItemTable.chance(item, input.seed()), similarities.exploration(doc));
            };
        };
    }
}
