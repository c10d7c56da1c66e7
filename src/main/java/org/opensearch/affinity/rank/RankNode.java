package org.opensearch.affinity.rank;

import org.opensearch.ExceptionsHelper;
import org.opensearch.affinity.item.ItemHashes;
import org.opensearch.affinity.item.ItemTables;
import org.opensearch.affinity.model.LocalModels;
import org.opensearch.affinity.profile.label.InterestLabels;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.threadpool.ThreadPool;

/** What ranking has on its node. Thread-safe. */
public final class RankNode {
    private final RankMeter meter = new RankMeter();
    private final ItemTables tables = new ItemTables();
    private final CentroidDistances distances = new CentroidDistances();
    private final LocalModels models = new LocalModels();
    private final ItemHashes hashes = new ItemHashes();
    private final InterestLabels labels = new InterestLabels();

    /** To be called before the node opens indices. */
    public void startWith(ThreadPool threadPool) {
        tables.loadWith(threadPool.executor(ThreadPool.Names.GENERIC));
        hashes.readWith(threadPool.executor(ThreadPool.Names.WARMER));
    }

    /** What its searches took. */
    public RankMeter meter() {
        return meter;
    }

    /** The item tables of which it has a copy, to be told of indices. */
    public ItemTables tables() {
        return tables;
    }

    /** The trained models of which it has a copy. */
    public LocalModels models() {
        return models;
    }

    public ItemHashes hashes() {
        return hashes;
    }

    /** What interests are about in words. */
    public InterestLabels labels() {
        return labels;
    }

    public CentroidDistances distances() {
        return distances;
    }

    /** Whether a search must fail with this failure of a look-up, because the request is wrong or not permitted; other failures only add a warning. */
    public static boolean isCallersFault(Exception e) {
        return ExceptionsHelper.unwrapCause(e) instanceof IllegalArgumentException || ExceptionsHelper.status(e) == RestStatus.FORBIDDEN;
    }
}
