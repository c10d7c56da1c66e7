package org.opensearch.affinity.rank;

import org.apache.lucene.search.Explanation;
import org.opensearch.affinity.rank.interest.AffinityExplanation;
import org.opensearch.affinity.rank.interest.SegmentSimilarities;
import org.opensearch.affinity.tracker.Signal;
import org.opensearch.affinity.tracker.shape.MeritShape;
import org.opensearch.affinity.tracker.shape.Product;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Explains the merit that {@link SignalScorer} computes. It does the same arithmetic in the same order, so that the explained value is
 * equal to the last bit. Not thread-safe.
 */
final class MeritExplanation {
    private final Scoring scoring;
    private final SegmentSimilarities similarities;
    private final ItemSignals.Segment signals;
    private final RepeatItems.Segment repeatItems;
    private final MeritShape.Bound shape;
    private final ConceptSignals.Segment concepts;

    MeritExplanation(
        Scoring scoring,
        SegmentSimilarities similarities,
        ItemSignals.Segment signals,
        RepeatItems.Segment repeatItems,
        MeritShape.Bound shape,
        ConceptSignals.Segment concepts
    ) {
        this.concepts = concepts;
        this.scoring = scoring;
        this.similarities = similarities;
        this.signals = signals;
        this.repeatItems = repeatItems;
        this.shape = shape;
    }

    Explanation of(int doc) throws IOException {
        Explanation sum = sum(doc);
        if (concepts == null || concepts.hasFactors() == false) {
            return sum;
        }
        double factor = concepts.factor(doc);
        Explanation ofConcepts = Explanation.match(factor, "factor of the item's concepts, sum of share * factor");
        return Explanation.match(factor * sum.getValue().doubleValue(), "merit, product of:", ofConcepts, sum);
    }

    private Explanation sum(int doc) throws IOException {
        float affinity = similarities.affinity(doc);
        float own = affinity == 0 ? 1 : repeatItems.ownFactor(doc);
        double weightedAffinity = SignalScorer.weightedAffinity(scoring, shape, own, affinity);
        List<Explanation> summands = new ArrayList<>();
        summands.add(weightedAffinity(weightedAffinity, own, affinity, similarities.vector(doc)));
        double[] values = new double[1 + signals.size()];
        values[0] = SignalScorer.ownAffinity(scoring, own, affinity);
        double sum = 0;
        for (int i = 0; i < signals.size(); i++) {
            Signal signal = signals.signal(i);
            float value = signals.value(i, doc);
            values[1 + i] = value;
            double weighted = signals.weighted(i, value);
            sum += weighted;
            String curve = shape.curve(1 + i) == null ? "" : ", from " + value + " by its curve";
            String text = "signal [" + signal.name() + "], " + describe(i, doc) + curve + " * " + signal.weight();
            summands.add(Explanation.match(weighted, text, shares(i, doc)));
        }
        double merit = weightedAffinity + sum;
        if (shape.products().isEmpty() == false) {
            merit += SignalScorer.products(shape, values);
            for (int i = 0; i < shape.products().size(); i++) {
                Product product = shape.products().get(i);
                summands.add(Explanation.match(shape.product(i, values), "product [" + product.name() + "] * " + product.weight()));
            }
        }
        return Explanation.match(merit, "merit, sum of:", summands);
    }

    /** What items of the history add to the value of a signal. */
    private List<Explanation> shares(int index, int doc) throws IOException {
        List<Explanation> shares = new ArrayList<>();
        if (scoring.showsHistory()) {
            for (SignalScorer.HistoryShare share : signals.shares(index, doc)) {
                shares.add(Explanation.match(share.value(), "share of the value from item [" + share.item() + "] of the history"));
            }
        }
        return shares;
    }

    private Explanation weightedAffinity(double value, float own, float affinity, float[] vector) {
        List<Explanation> factors = new ArrayList<>();
        factors.add(Explanation.match(scoring.weight(), "weight"));
        factors.add(Explanation.match(scoring.confidence(), "confidence, 1 - 0.7^n after n events"));
        if (own != 1) {
            factors.add(Explanation.match(own, "own, factor of items of the user's history"));
        }
        factors.add(AffinityExplanation.of(scoring.interests(), vector, affinity));
        String product = own == 1 ? "confidence * affinity" : "confidence * own * affinity";
        return Explanation.match(value, shape.curve(0) == null ? "weight * " + product : "weight * curve of " + product, factors);
    }

    /** What the value of a signal is. */
    private String describe(int index, int doc) throws IOException {
        Signal signal = signals.signal(index);
        return switch (signal.shape()) {
            case SATURATION -> "saturation of [" + signal.field() + "]";
            case DECAY -> "decay of [" + signal.field() + "]";
            case POPULARITY -> "p / (p + mean), p the decayed popularity";
            case ALL_TIME -> "log2(1 + p / mean) / 10, p the popularity of all time";
            case CHANCE -> "random bonus, the same all day for this user, for few events of " + explored(index, doc);
            case NEIGHBOURS -> "similarity to the items of the user's history, estimated from content for an item without events";
            case GRAPH -> "score for the user's history by graph convolution, estimated from content for an item without events";
            case FACTORS -> "score for the user's history by matrix factorisation, estimated from content for an item without events";
            case ATTENTION -> "score for the user's history by self-attention, estimated from content for an item without events";
            case VAE -> "score for the user's history by a variational autoencoder, estimated from content for an item without events";
            case CONCEPTS -> "score for the user's history by an autoencoder of concepts, estimated from content for an item without events";
            case SEGMENTS -> "popularity in the segments of users with such a history, estimated from content for an item without events";
            case RATINGS -> "place of the predicted rating in the range of the ratings, by matrix factorisation of ratings";
            case SEEN -> "1 for an item of the user's history";
            case SEEN_LAST -> "1/n for the n-th newest item of the user's history";
            case MATCH -> "F1 of the words of [" + signal.field() + "] and of the query" + origin();
            case MEANING -> "cosine of query and item" + origin();
        };
    }

    /** The part of the search that tells what was typed. */
    private String origin() {
        String origin = scoring.query().origin();
        return origin.isEmpty() ? "" : ", typed text from [" + origin + "]";
    }

    /** Whether the exploration bonus is that of an interest or of the item. */
    private String explored(int index, int doc) throws IOException {
        float ofInterest = similarities.exploration(doc);
        boolean isOfInterest = ofInterest > 0 && ofInterest == signals.value(index, doc);
        return isOfInterest ? "interest #" + scoring.interests().explored(similarities.vector(doc)).number() : "the item";
    }
}
