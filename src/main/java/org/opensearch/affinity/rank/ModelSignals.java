package org.opensearch.affinity.rank;

import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.item.ItemHashes;
import org.opensearch.affinity.item.ItemValues;
import org.opensearch.affinity.item.ItemVectorReader;
import org.opensearch.affinity.model.LocalModels;
import org.opensearch.affinity.model.PartScores;
import org.opensearch.affinity.tracker.Signal.Shape;
import org.opensearch.common.util.CachedSupplier;

import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongToDoubleFunction;
import java.util.stream.IntStream;

/** The signals that are read from this node's copy of a trained model. */
final class ModelSignals {
    /** Score of an item that the model does not know. */
    private static final double UNKNOWN = PartScores.UNKNOWN;

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
            LongToDoubleFunction ofItem = popularities::get;
            return doc -> hashes.largest(leaf, doc, ofItem);
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
        // For reasons alone, of all documents: what each item of the history adds.
        CachedSupplier<List<LocalModels.HistorySimilarities>> byItem = new CachedSupplier<>(
            () -> IntStream.range(0, weights.length)
                .mapToObj(i -> node.models().similarities(scoring.model().index(), scoring.history().subList(i, i + 1), new float[] { weights[i] }))
                .toList()
        );
        return (leaf, similarities) -> {
            LocalModels.HistorySimilarities near = model.get();
            ItemHashes.Segment hashes = node.hashes().of(leaf, scoring.itemTable().idField());
            ItemVectorReader vectors = contents(leaf, scoring, near.content());
            LongToDoubleFunction sums = item -> near.knows(item) ? near.sums().get(item) : UNKNOWN;
            return new OfHistory(leaf, hashes, sums, near.content(), vectors, scoring.history()) {
                @Override
                double[] contributions(long item, float[] content) {
                    return byItem.get().stream().mapToDouble(one -> content == null ? one.sums().get(item) : estimate(one, content)).toArray();
                }
            };
        };
    }

    private static double estimate(LocalModels.HistorySimilarities near, float[] content) {
        return near.content().length == content.length ? VectorUtil.dotProduct(near.content(), content) : 0;
    }

    /**
     * The signal of a part with item vectors: square root of an item's score for the user's history. For an item that no user took, the
     * score is estimated from its content.
     *
     * @return null if the search has no model or no history
     */
    static SignalSource part(String part, Scoring scoring, RankNode node) {
        if (scoring.model() == null || scoring.history().isEmpty() || scoring.itemTable() == null) {
            return null;
        }
        CachedSupplier<PartScores> scores = new CachedSupplier<>(
            () -> node.models().scores(scoring.model().index(), part, scoring.history())
        );
        return (leaf, similarities) -> {
            PartScores ofHistory = scores.get();
            PartScores.Reader reader = ofHistory.open();
            ItemHashes.Segment hashes = node.hashes().of(leaf, scoring.itemTable().idField());
            ItemVectorReader vectors = contents(leaf, scoring, ofHistory.content());
            return new OfHistory(leaf, hashes, reader::of, ofHistory.content(), vectors, scoring.history()) {
                @Override
                double[] contributions(long item, float[] content) throws IOException {
                    return reader.contributions(item, content, scoring.history().size());
                }
            };
        };
    }

    /** The values of a part of the model: square roots of scores, learned, or estimated from content. */
    private abstract static class OfHistory implements SignalSource.Values {
        private static final int MOST_SHARES = 3;

        private final LeafReaderContext leaf;
        private final ItemHashes.Segment hashes;
        private final LongToDoubleFunction scores;
        private final float[] estimating;
        private final ItemVectorReader contents;
        private final List<String> history;

        /**
         * @param scores     by hash of the item; {@link #UNKNOWN} for one that the model does not know
         * @param estimating vector whose dot product with the content of an unknown item is its score; empty for no estimates
         * @param contents   null if the segment has no vectors of that dimension
         */
        OfHistory(
            LeafReaderContext leaf,
            ItemHashes.Segment hashes,
            LongToDoubleFunction scores,
            float[] estimating,
            ItemVectorReader contents,
            List<String> history
        ) {
            this.leaf = leaf;
            this.hashes = hashes;
            this.scores = scores;
            this.estimating = estimating;
            this.contents = contents;
            this.history = history;
        }

        /**
         * What each item of the history adds to the score of an item.
         *
         * @param content of an item that is estimated; null for one that the model knows
         */
        abstract double[] contributions(long item, float[] content) throws IOException;

        @Override
        public double of(int doc) throws IOException {
            double learned = hashes.largest(leaf, doc, scores);
            return value(learned == UNKNOWN ? fromContent(estimating, contents, doc) : learned);
        }

        @Override
        public List<SignalSource.HistoryShare> shares(int doc) throws IOException {
            double value = of(doc);
            if (value == 0) {
                return List.of();
            }
            boolean known = hashes.largest(leaf, doc, scores) != UNKNOWN;
            double[] contributions = contributions(hashes.best(leaf, doc, scores), known ? null : contents.vector(doc));
            double sum = Arrays.stream(contributions).sum();
            if (sum > 0 == false) {
                return List.of(); // as little as what rows lose by having bytes
            }
            return IntStream.range(0, contributions.length)
                .filter(i -> contributions[i] != 0)
                .mapToObj(i -> new SignalSource.HistoryShare(history.get(i), value * contributions[i] / sum))
                .sorted(Comparator.comparingDouble(share -> -Math.abs(share.value())))
                .limit(MOST_SHARES)
                .toList();
        }
    }

    /** The signal of a similarity or score; scores below 0 are 0. */
    private static double value(double score) {
        return Math.sqrt(Math.clamp(score, 0, 1));
    }

    /** The vectors of a segment that can be compared with one that estimates; null if there are none. */
    private static ItemVectorReader contents(LeafReaderContext leaf, Scoring scoring, float[] content) throws IOException {
        return content.length == 0 ? null : ItemVectorReader.open(leaf, scoring.interests().field(), content.length);
    }

    /**
     * The estimated similarity or score, 0 or more.
     *
     * @param vectors null if the segment has no vectors of the model's dimension
     */
    private static float fromContent(float[] content, ItemVectorReader vectors, int doc) throws IOException {
        float[] vector = vectors == null ? null : vectors.vector(doc);
        return vector == null ? 0 : Math.max(0, VectorUtil.dotProduct(content, vector));
    }
}
