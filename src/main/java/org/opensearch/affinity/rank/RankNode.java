package org.opensearch.affinity.rank;

import org.opensearch.ExceptionsHelper;
import org.opensearch.affinity.item.ItemHashes;
import org.opensearch.affinity.item.ItemTables;
import org.opensearch.affinity.model.LocalModels;
import org.opensearch.affinity.profile.label.InterestLabels;
import org.opensearch.affinity.rank.interest.CentroidDistances;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.threadpool.ThreadPool;

/**
 * The caches, item tables, models and counters that ranking keeps on one node. The plugin creates one when the node starts; all searches
 * share it. Thread-safe.
 */
public final class RankNode {
    private final RankMeter meter = new RankMeter();
    private final ItemTables tables = new ItemTables();
    private final CentroidDistances distances = new CentroidDistances();
    private final LocalModels models = new LocalModels();
    private final ItemHashes hashes = new ItemHashes();
    private final InterestLabels labels = new InterestLabels();

    /** Sets the threads for reading in the background. To be called before the node opens indices. */
    public void startWith(ThreadPool threadPool) {
        tables.loadWith(threadPool.executor(ThreadPool.Names.GENERIC));
        hashes.readWith(threadPool.executor(ThreadPool.Names.WARMER));
    }

    /** Counters of this node's searches. */
    public RankMeter meter() {
        return meter;
    }

    /** What was counted on this node. */
    public RankStats stats() {
        return meter.stats(models.meter());
    }

    /** The item tables that this node has a copy of. The plugin passes them every index that the node opens. */
    public ItemTables tables() {
        return tables;
    }

    /** The trained models that this node has a copy of. The plugin passes them every index that the node opens. */
    public LocalModels models() {
        return models;
    }

    /** The item of each document, as a hash. */
    public ItemHashes hashes() {
        return hashes;
    }

    /** Descriptions of interests in words. */
    public InterestLabels labels() {
        return labels;
    }

    /** Distances of item vectors from the centre of their space. */
    public CentroidDistances distances() {
        return distances;
    }

    /**
     * Whether a failed look-up must fail the search: the request is wrong or not permitted. After other failures the search continues
     * without what was looked up, with a warning.
     */
    public static boolean isCallersFault(Exception e) {
        return ExceptionsHelper.unwrapCause(e) instanceof IllegalArgumentException || ExceptionsHelper.status(e) == RestStatus.FORBIDDEN;
    }
}
