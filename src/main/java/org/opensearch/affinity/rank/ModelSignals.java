package org.opensearch.affinity.rank;

import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.model.HistorySimilarities;
import org.opensearch.affinity.model.LocalModels;
import org.opensearch.affinity.model.ModelIndex;
import org.opensearch.affinity.model.OpenModel;
import org.opensearch.affinity.model.PartScores;
import org.opensearch.affinity.model.RatingScores;
import org.opensearch.affinity.tracker.Signal.Shape;
import org.opensearch.affinity.tracker.Signal;
import org.opensearch.common.lease.Releasable;
import org.opensearch.common.logging.HeaderWarning;
import org.opensearch.common.util.CachedSupplier;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The signals of one search on one shard that are read from this node's copy of a trained model. */
final class ModelSignals {
    /** Score of an item that the model does not know. */
    private static final double UNKNOWN = PartScores.UNKNOWN;
    private static final int MOST_SHARES = 3;

    private final Scoring scoring;
    private final RankNode node;
    /** Opened once per shard, with the first segment: a search without hits needs nothing of the model. */
    private final CachedSupplier<OpenModel> copy;
    /** The parts with item vectors that count in the search. */
    private final List<String> parts = new ArrayList<>();
    /** Read once per shard. */
    private final CachedSupplier<HistorySimilarities> similarities;
    private final Map<String, CachedSupplier<PartScores>> scores = new HashMap<>();
    private boolean readsModel;

    ModelSignals(Scoring scoring, RankNode node) {
        this.scoring = scoring;
        this.node = node;
        copy = new CachedSupplier<>(() -> scoring.model() == null ? null : node.models().open(scoring.model().index()));
        similarities = new CachedSupplier<>(() -> similarities(scoring.history(), weights()));
    }

    private float[] weights() {
        return scoring.model().historyWeights(scoring.history().size());
    }

    private PartScores scores(String part) {
        return scores.computeIfAbsent(part, name -> new CachedSupplier<>(() -> {
            OpenModel model = copy();
            if (model == null) {
                return PartScores.NONE;
            }
            return part.equals(Signal.SEGMENTS) ? segments(model) : model.scores(name, scoring.pastItems());
        })).get();
    }

    /** Of the segment that the request names; else of those that the history tells, or the query of somebody unknown. */
    private PartScores segments(OpenModel model) {
        PartScores named = scoring.segment() > 0 ? model.scoresOfSegment(scoring.segment(), new float[0]) : PartScores.NONE;
        PartScores known = named == PartScores.NONE ? model.scores(Signal.SEGMENTS, scoring.pastItems()) : named;
        return known == PartScores.NONE ? model.scoresOfSegment(0, scoring.query().vector()) : known;
    }

    /** The ids of the items that a part ranks first for the history, best first; none without a model or a history. */
    Stream<BytesRef> best(Signal signal, int most) throws IOException {
        OpenModel model = isWithoutHistory(signal.name()) ? null : copy();
        if (model == null) {
            return Stream.empty();
        }
        return signal.shape() == Shape.NEIGHBOURS
            ? model.idsOf(similarities.get().sums().largest(most))
            : scores(signal.name()).best(most);
    }

    /** This node's copy of the model, the same for all parts; null if there is none. */
    OpenModel copy() {
        return copy.get();
    }

    /** Keeps the copy open until the result is closed, if a part is read. */
    Releasable hold() {
        OpenModel model = readsModel ? copy() : null;
        return model != null && model.tryIncRef() ? model::decRef : () -> {};
    }

    /** The concepts of the search; null if none counts. */
    ConceptSignals concepts() {
        boolean counts = parts.contains(Signal.CONCEPTS) || scoring.concepts().isEmpty() == false;
        if (counts == false || scoring.model() == null || scoring.itemTable() == null) {
            return null;
        }
        readsModel = true;
        return new ConceptSignals(scoring.concepts(), this::copy);
    }

    /** Warns of parts, concepts and segments that the model does not have. */
    void warn() {
        if (scoring.segment() > 0) {
            warnOfSegment();
        }
        if (scoring.concepts().isEmpty() == false) {
            ConceptSignals.warn(scoring.concepts(), scoring.model(), this::copy);
        }
        OpenModel model = parts.isEmpty() || scoring.model() == null ? null : copy();
        for (String part : parts) {
            if (model != null && model.hasPart(part) == false) {
                HeaderWarning.addWarning(
                    "[affinity] signal [" + part + "] is 0 for all items: the active model [" + ModelIndex.number(scoring.model().index())
                        + "] was trained without this part; train one with the parameter [parts]"
                );
            }
        }
    }

    private void warnOfSegment() {
        String problem = null;
        OpenModel model = copy();
        if (parts.contains(Signal.SEGMENTS) == false) {
            problem = "the signal [segments] has weight 0";
        } else if (scoring.model() == null) {
            problem = "the tracker has no active model";
        } else if (model != null && model.hasPart(Signal.SEGMENTS)) {
            int known = model.groups().segments();
            problem = scoring.segment() <= known ? null : "the active model has [" + known + "] segments";
        }
        if (problem != null) {
            HeaderWarning.addWarning("[affinity] [segment] [" + scoring.segment() + "] changes nothing: " + problem);
        }
    }

    /**
     * Popularity as of the model's training. Searches that log signals use it: weights must not be learned from what became popular later.
     *
     * @param shape {@link Shape#POPULARITY} or {@link Shape#ALL_TIME}
     * @return null if the search has no model
     */
    SignalSource popularity(Shape shape) {
        if (scoring.model() == null || scoring.itemTable() == null) {
            return null;
        }
        LocalModels.Popularities ofModel = node.models().popularities(scoring.model().index());
        LongToDoubleFunction popularity = shape == Shape.ALL_TIME ? ofModel.allTime()::get : ofModel.popularities()::get;
        return items -> doc -> items.largest(doc, popularity);
    }

    /**
     * The signal {@code neighbours}: square root of an item's similarity to the items of the user's history, learned from what users took
     * together. For an item that no user took, the similarity is estimated from its content.
     *
     * @return null if the search has no model or no history
     */
    SignalSource neighbours() {
        if (isWithoutHistory(Signal.NEIGHBOURS)) {
            return null;
        }
        readsModel = true;
        float[] weights = weights();
        // For reasons alone, of all documents: what each item of the history adds.
        CachedSupplier<List<HistorySimilarities>> byItem = new CachedSupplier<>(
            () -> IntStream.range(0, weights.length)
                .mapToObj(i -> similarities(scoring.history().subList(i, i + 1), new float[] { weights[i] }))
                .toList()
        );
        return items -> {
            HistorySimilarities near = similarities.get();
            return new OfHistory(items, near.content().length, scoring.history()) {
                @Override
                public double of(long item, int document) {
                    return near.of(item, document);
                }

                @Override
                double estimated(float[] content) {
                    return estimate(near, content);
                }

                @Override
                double[] contributions(long item, float[] content) {
                    return byItem.get().stream().mapToDouble(one -> content == null ? one.sums().get(item) : estimate(one, content)).toArray();
                }
            };
        };
    }

    /** Whether nothing tells what a part makes of the user: segments are also told by the request, or by the query of somebody unknown. */
    private boolean isWithoutHistory(String part) {
        boolean told = part.equals(Signal.SEGMENTS) && (scoring.segment() > 0 || scoring.query().vector().length > 0);
        return scoring.model() == null || scoring.history().isEmpty() && told == false || scoring.itemTable() == null;
    }

    private HistorySimilarities similarities(List<String> history, float[] weights) {
        OpenModel model = copy();
        return model == null ? HistorySimilarities.NONE : model.similarities(history, weights);
    }

    private static double estimate(HistorySimilarities near, float[] content) {
        return near.content().length == content.length ? VectorUtil.dotProduct(near.content(), content) : 0;
    }

    /**
     * The signal of a part with item vectors: square root of an item's score for the user's history. For an item that no user took, the
     * score is estimated from its content.
     *
     * @return null if the search has no model or no history
     */
    SignalSource part(String part) {
        parts.add(part);
        if (isWithoutHistory(part)) {
            return null;
        }
        readsModel = true;
        return items -> {
            PartScores ofHistory = scores(part);
            PartScores.Reader reader = ofHistory.open();
            return new OfHistory(items, ofHistory.contentDimension(), scoring.history()) {
                @Override
                public double of(long item, int document) {
                    return reader.of(document);
                }

                @Override
                double estimated(float[] content) {
                    return ofHistory.estimate(content);
                }

                @Override
                double[] contributions(long item, float[] content) throws IOException {
                    return reader.contributions(items.document(item), content, scoring.history().size());
                }
            };
        };
    }

    /**
     * The signal {@code ratings}: the place in the range of the ratings of the rating that is predicted for the user, from 0 to 1. A user without
     * ratings gets how good an item is.
     *
     * @return null if the search has no model
     */
    SignalSource ratings() {
        parts.add(Signal.RATINGS);
        if (scoring.model() == null || scoring.itemTable() == null) {
            return null;
        }
        readsModel = true;
        CachedSupplier<RatingScores> predicted = new CachedSupplier<>(() -> {
            OpenModel model = copy();
            return model == null ? RatingScores.NONE : model.ratings(scoring.history(), scoring.ratings());
        });
        return items -> {
            RatingScores.Reader reader = predicted.get().open();
            SegmentItems.ModelFunction place = (item, document) -> reader.of(document);
            return new SignalSource.Values() {
                @Override
                public double of(int doc) throws IOException {
                    return items.largest(doc, place);
                }

                @Override
                public List<SignalScorer.HistoryShare> shares(int doc) throws IOException {
                    return largest(reader.contributions(items.document(items.best(doc, place))), scoring.history());
                }
            };
        };
    }

    /** Returns the largest of what the items of a history add to a value. */
    private static List<SignalScorer.HistoryShare> largest(double[] contributions, List<String> history) {
        return IntStream.range(0, contributions.length)
            .filter(i -> contributions[i] != 0)
            .mapToObj(i -> new SignalScorer.HistoryShare(history.get(i), contributions[i]))
            .sorted(Comparator.comparingDouble(share -> -Math.abs(share.value())))
            .limit(MOST_SHARES)
            .toList();
    }

    /** The values of a part of the model: square roots of scores, learned, or estimated from content. */
    private abstract static class OfHistory implements SignalSource.Values, SegmentItems.ModelFunction {
        private final SegmentItems items;
        private final int contentDimension;
        private final List<String> history;

        /** @param contentDimension of content vectors that scores can be estimated from; 0 if they cannot */
        OfHistory(SegmentItems items, int contentDimension, List<String> history) {
            this.items = items;
            this.contentDimension = contentDimension;
            this.history = history;
        }

        /** The score of an item; {@link #UNKNOWN} for one that the model does not know. */
        @Override
        public abstract double of(long item, int document);

        /** The estimated score of an item that the model does not know. */
        abstract double estimated(float[] content);

        /**
         * What each item of the history adds to the score of an item.
         *
         * @param content of an item that is estimated; null for one that the model knows
         */
        abstract double[] contributions(long item, float[] content) throws IOException;

        @Override
        public double of(int doc) throws IOException {
            double learned = items.largest(doc, this);
            return value(learned == UNKNOWN ? estimate(doc) : learned);
        }

        private double estimate(int doc) throws IOException {
            float[] content = contentDimension == 0 ? null : items.vector(doc, contentDimension);
            return content == null ? 0 : estimated(content);
        }

        @Override
        public List<SignalScorer.HistoryShare> shares(int doc) throws IOException {
            double value = of(doc);
            if (value == 0) {
                return List.of();
            }
            boolean known = items.largest(doc, this) != UNKNOWN;
            double[] contributions = contributions(items.best(doc, this), known ? null : items.vector(doc, contentDimension));
            double sum = Arrays.stream(contributions).sum();
            if (sum > 0 == false) {
                return List.of(); // as little as what rows lose by having bytes
            }
            return largest(Arrays.stream(contributions).map(contribution -> value * contribution / sum).toArray(), history);
        }
    }

    /** The signal of a similarity or score; scores below 0 are 0. */
    private static double value(double score) {
        return Math.sqrt(Math.clamp(score, 0, 1));
    }
}
