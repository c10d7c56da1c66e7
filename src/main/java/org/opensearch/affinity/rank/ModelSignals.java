package org.opensearch.affinity.rank;

import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.item.ItemHashes;
import org.opensearch.affinity.item.ItemValues;
import org.opensearch.affinity.item.ItemVectorReader;
import org.opensearch.affinity.model.LocalModels;
import org.opensearch.affinity.tracker.Signal.Shape;
import org.opensearch.common.util.CachedSupplier;

import java.io.IOException;

/** The signals that are read from this node's copy of a trained model. */
final class ModelSignals {
    /** Value of an item that the model does not know; learned ones are 0 or more. */
    private static final double UNKNOWN = -1;

    private ModelSignals() {}

    /**
     * Popularity as of the model's training. Searches that log signals use it: weights must not be learned from what became popular later.
     *
     * @param shape {@link Shape#POPULARITY} or {@link Shape#ALL_TIME}
     * @return null if the search has no model
     */
    static SignalSource popularity(Shape shape, Scoring scoring, RankNode node) {
        if (scoring.model() == null || scoring.itemTable() == null) {
            return null;
        }
        LocalModels.Popularities ofModel = node.models().popularities(scoring.model().index());
        ItemValues popularities = shape == Shape.ALL_TIME ? ofModel.allTime() : ofModel.popularities();
        return (leaf, similarities) -> {
            ItemHashes.Segment hashes = node.hashes().of(leaf, scoring.itemTable().idField());
            return doc -> hashes.largest(leaf, doc, popularities::get);
        };
    }

    /**
     * The signal {@code neighbours}: square root of an item's similarity to the items of the user's history, learned from what users took
     * together. For an item that no user took, the similarity is estimated from its content.
     *
     * @return null if the search has no model or no history
     */
    static SignalSource neighbours(Scoring scoring, RankNode node) {
        if (scoring.model() == null || scoring.history().isEmpty() || scoring.itemTable() == null) {
            return null;
        }
        float[] weights = scoring.model().historyWeights(scoring.history().size());
        // Read once per shard, with the first segment: a search without hits needs nothing of the model.
        CachedSupplier<LocalModels.HistorySimilarities> model = new CachedSupplier<>(
            () -> node.models().similarities(scoring.model().index(), scoring.history(), weights)
        );
        return (leaf, similarities) -> {
            LocalModels.HistorySimilarities near = model.get();
            ItemHashes.Segment hashes = node.hashes().of(leaf, scoring.itemTable().idField());
            int dimension = near.content().length;
            ItemVectorReader vectors = dimension == 0 ? null : ItemVectorReader.open(leaf, scoring.interests().field(), dimension);
            return doc -> {
                double learned = hashes.largest(leaf, doc, item -> near.knows(item) ? near.sums().get(item) : UNKNOWN);
                double similarity = learned == UNKNOWN ? fromContent(near, vectors, doc) : learned;
                return Math.sqrt(Math.min(1, similarity));
            };
        };
    }

    /**
     * The estimated similarity, 0 or more.
     *
     * @param vectors null if the segment has no vectors of the model's dimension
     */
    private static float fromContent(LocalModels.HistorySimilarities near, ItemVectorReader vectors, int doc) throws IOException {
        float[] vector = vectors == null ? null : vectors.vector(doc);
        return vector == null ? 0 : Math.max(0, VectorUtil.dotProduct(near.content(), vector));
    }
}
