package org.opensearch.affinity.rank;

/** What ranking has on its node. Thread-safe. */
public final class RankNode {
    private final RankMeter meter = new RankMeter();
    private final ItemTables tables = new ItemTables();
    private final Distances distances = new Distances();

    /** What its searches took. */
    public RankMeter meter() {
        return meter;
    }

    /** The item tables of which it has a copy. */
    public ItemTables tables() {
        return tables;
    }

    Distances distances() {
        return distances;
    }
}
