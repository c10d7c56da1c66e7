package org.opensearch.affinity.rank;

import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.Explanation;
import org.opensearch.affinity.rank.interest.CentroidDistances;
import org.opensearch.affinity.rank.interest.InterestVectors.Contribution;
import org.opensearch.affinity.rank.interest.SegmentSimilarities;
import org.opensearch.affinity.tracker.shape.MeritShape;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Computes the merit of documents: {@code merit = weight · confidence · own · affinity + Σ signal weight · signal}, with the curves and
 * products of {@link MeritShape}, times the factor of the item's concepts if the search has one. {@link Fusion} makes the score from it.
 * One for each search and segment; documents must be passed in ascending order. Not thread-safe.
 */
public final class SignalScorer {
    private final Scoring scoring;
    private final SegmentSimilarities similarities;
    private final ItemSignals.Segment signals;
    private final RepeatItems.Segment repeatItems;
    private final MeritShape.Bound shape;
    /** Null for none. */
    private final ConceptSignals.Segment concepts;
    /** The values of the document that is scored, if there are products. */
    private final double[] values;

    private SignalScorer(
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
        values = new double[1 + signals.size()];
    }

    public static SignalScorer open(
        LeafReaderContext leaf,
        Scoring scoring,
        ItemSignals signals,
        RepeatItems repeatItems,
        CentroidDistances distances
    ) throws IOException {
        SegmentSimilarities similarities = SegmentSimilarities.open(leaf, scoring.interests(), distances);
        SegmentItems items = signals.items(leaf, similarities);
        return new SignalScorer(
            scoring,
            similarities,
            signals.segment(items),
            repeatItems.segment(items),
            signals.shape(),
            signals.concepts(items)
        );
    }

    /**
     * The merit of a document, any finite number.
     *
     * @param doc number in the segment, not lower than that of the call before
     */
    public double merit(int doc) throws IOException {
        return concepts != null && concepts.hasFactors() ? concepts.factor(doc) * sum(doc) : sum(doc);
    }

    private double sum(int doc) throws IOException {
        float affinity = similarities.affinity(doc);
        float own = affinity == 0 ? 1 : repeatItems.ownFactor(doc);
        double merit = weightedAffinity(scoring, shape, own, affinity) + signals.weightedSum(doc, values);
        if (shape.products().isEmpty()) {
            return merit;
        }
        values[0] = ownAffinity(scoring, own, affinity);
        return merit + products(shape, values);
    }

    /** Affinity as weights are learned for it, in [-1, 1]. */
    static double ownAffinity(Scoring scoring, float own, float affinity) {
        return (double) scoring.confidence() * own * affinity;
    }

    static double weightedAffinity(Scoring scoring, MeritShape.Bound shape, float own, float affinity) {
        return shape.curve(0) == null
            ? scoring.affinityWeight() * own * affinity
            : scoring.weight() * shape.curved(0, ownAffinity(scoring, own, affinity));
    }

    /** @param values affinity, then the signals */
    static double products(MeritShape.Bound shape, double[] values) {
        double sum = 0;
        for (int i = 0; i < shape.products().size(); i++) {
            sum += shape.product(i, values);
        }
        return sum;
    }

    /**
     * The affinity of a document, in [-1, 1]; 0 if it has no vector.
     *
     * @param doc as for {@link #merit}
     */
    public float affinity(int doc) throws IOException {
        return similarities.affinity(doc);
    }

    /**
     * The values that weights are learned for: first {@code confidence · own · affinity}, in [-1, 1], then each signal, from 0 to 1.
     *
     * @param doc as for {@link #merit}
     */
    public float[] values(int doc) throws IOException {
        float affinity = similarities.affinity(doc);
        float[] logged = new float[1 + signals.size()];
        logged[0] = scoring.confidence() * repeatItems.ownFactor(doc) * affinity;
        for (int i = 0; i < signals.size(); i++) {
            logged[1 + i] = signals.value(i, doc);
        }
        return logged;
    }

    /**
     * Explains the {@link #merit} of a document, which is the explanation's value, as a double.
     *
     * @param doc as for {@link #merit}
     */
    public Explanation explain(int doc) throws IOException {
        return new MeritExplanation(scoring, similarities, signals, repeatItems, shape, concepts).of(doc);
    }

    /**
     * The shares of a document's item in the model's concepts, by number of the concept less 1; null without a model with concepts that counts
     * for the search, and for an item that it does not know.
     *
     * @param doc as for {@link #merit}
     */
    public float[] conceptShares(int doc) throws IOException {
        return concepts == null ? null : concepts.shares(doc);
    }

    /**
     * What an item of the user's history adds to the value of a signal.
     *
     * @param item  its id
     * @param value the shares of all items add up to the signal's value; for {@code ratings}, what the prediction loses without the item
     */
    public record HistoryShare(String item, double value) {}

    /**
     * A part of the trained model that counts for a document.
     *
     * @param signal its name
     * @param value  of the signal, above 0
     * @param items  of the user's history that add most to the value, at most three, the largest first
     */
    public record PartReason(String signal, double value, List<HistoryShare> items) {}

    /**
     * The parts of the trained model that count for a document; none if the history may not be shown.
     *
     * @param doc as for {@link #merit}
     */
    public List<PartReason> partReasons(int doc) throws IOException {
        List<PartReason> reasons = new ArrayList<>();
        for (int i = 0; i < signals.size() && scoring.showsHistory(); i++) {
            List<HistoryShare> shares = signals.shares(i, doc);
            if (shares.isEmpty() == false) {
                reasons.add(new PartReason(signals.signal(i).name(), signals.value(i, doc), shares));
            }
        }
        return reasons;
    }

    /**
     * The interests that change the affinity of a document, largest first; empty if it has no vector.
     *
     * @param doc as for {@link #merit}
     */
    public List<Contribution> contributions(int doc) throws IOException {
        float[] vector = similarities.vector(doc);
        return vector == null ? List.of() : scoring.interests().contributions(vector);
    }
}
