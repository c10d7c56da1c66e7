package org.opensearch.affinity.rank;

/**
 * What ranking has on its node: the meter of its searches and the item tables. Thread-safe.
 */
public record RankNode(RankMeter meter, ItemTables tables) {
    public RankNode() {
        this(new RankMeter(), new ItemTables());
    }
}
