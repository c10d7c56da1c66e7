package org.opensearch.affinity.rank;

import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.Explanation;
import org.opensearch.affinity.rank.interest.CentroidDistances;
import org.opensearch.affinity.rank.interest.InterestVectors.Contribution;
import org.opensearch.affinity.rank.interest.SegmentSimilarities;

import java.io.IOException;
import java.util.List;

/**
 * Computes the merit of documents: {@code merit = weight · confidence · own · affinity + Σ signal weight · signal}. {@link Fusion} makes
 * the score from it. One for each search and segment; documents must be passed in ascending order. Not thread-safe.
 */
public final class SignalScorer {
    private final Scoring scoring;
    private final SegmentSimilarities similarities;
    private final ItemSignals.Segment signals;
    private final RepeatItems.Segment repeatItems;

    private SignalScorer(Scoring scoring, SegmentSimilarities similarities, ItemSignals.Segment signals, RepeatItems.Segment repeatItems) {
        this.scoring = scoring;
        this.similarities = similarities;
        this.signals = signals;
        this.repeatItems = repeatItems;
    }

    public static SignalScorer open(
        LeafReaderContext leaf,
        Scoring scoring,
        ItemSignals signals,
        RepeatItems repeatItems,
        CentroidDistances distances
    ) throws IOException {
        SegmentSimilarities similarities = SegmentSimilarities.open(leaf, scoring.interests(), distances);
        return new SignalScorer(scoring, similarities, signals.segment(leaf, similarities), repeatItems.segment(leaf));
    }

    /**
     * The merit of a document, any finite number.
     *
     * @param doc number in the segment, not lower than that of the call before
     */
    public double merit(int doc) throws IOException {
        float affinity = similarities.affinity(doc);
        float own = affinity == 0 ? 1 : repeatItems.ownFactor(doc);
        return scoring.affinityWeight() * own * affinity + signals.weightedSum(doc);
    }

    /**
     * The values that weights are learned for: first {@code confidence · own · affinity}, in [-1, 1], then each signal, from 0 to 1.
     *
     * @param doc as for {@link #merit}
     */
    public float[] values(int doc) throws IOException {
        float affinity = similarities.affinity(doc);
        float[] values = new float[1 + signals.size()];
        values[0] = scoring.confidence() * repeatItems.ownFactor(doc) * affinity;
        for (int i = 0; i < signals.size(); i++) {
            values[1 + i] = signals.value(i, doc);
        }
        return values;
    }

    /**
     * Explains the {@link #merit} of a document, which is the explanation's value, as a double.
     *
     * @param doc as for {@link #merit}
     */
    public Explanation explain(int doc) throws IOException {
        return new MeritExplanation(scoring, similarities, signals, repeatItems).of(doc);
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
