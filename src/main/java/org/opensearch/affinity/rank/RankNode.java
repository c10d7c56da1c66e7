package org.opensearch.affinity.rank;

import org.opensearch.affinity.track.InterestLabels;

/** What ranking has on its node. Thread-safe. */
public final class RankNode {
    private final RankMeter meter = new RankMeter();
    private final ItemTables tables = new ItemTables();
    private final Distances distances = new Distances();
    private final ModelCopies models = new ModelCopies();
    private final ItemHashes hashes = new ItemHashes();
    private final InterestLabels labels = new InterestLabels();

    /** What its searches took. */
    public RankMeter meter() {
        return meter;
    }

    /** The item tables of which it has a copy. */
    public ItemTables tables() {
        return tables;
    }

    /** The trained models of which it has a copy. */
    public ModelCopies models() {
        return models;
    }

    ItemHashes hashes() {
        return hashes;
    }

    /** What interests are about in words. */
    public InterestLabels labels() {
        return labels;
    }

    Distances distances() {
        return distances;
    }
}
