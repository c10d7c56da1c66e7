package org.opensearch.affinity.rank;

import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.Explanation;
import org.opensearch.affinity.rank.InterestVectors.Aspect;
import org.opensearch.affinity.rank.InterestVectors.Part;
import org.opensearch.affinity.tracker.Signal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What one person's interests and the items' own signals add to the documents of one segment, read by ascending document:
 * {@code merit = weight · confidence · own · affinity + Σ signal weight · signal}. Not thread-safe.
 */
public final class SignalScorer {
    private final Scoring scoring;
    private final SegmentSimilarities places;
    private final ItemSignals.Leaf signals;
    private final RepeatItems.Leaf own;

    private SignalScorer(Scoring scoring, SegmentSimilarities places, ItemSignals.Leaf signals, RepeatItems.Leaf own) {
        this.scoring = scoring;
        this.places = places;
        this.signals = signals;
        this.own = own;
    }

    public static SignalScorer open(LeafReaderContext leaf, Scoring scoring, ItemSignals signals, RepeatItems own, CentroidDistances distances)
        throws IOException {
        SegmentSimilarities places = SegmentSimilarities.open(leaf, scoring.interests(), distances);
        return new SignalScorer(scoring, places, signals.leaf(leaf, places), own.leaf(leaf));
    }

    /** @param doc of the segment, not before the one asked for last */
    public double of(int doc) throws IOException {
        float affinity = places.affinity(doc);
        float factor = affinity == 0 ? 1 : own.factor(doc);
        return scoring.affinityWeight() * factor * affinity + signals.merit(doc);
    }

    /** The affinity with its confidence, and each signal, all without their weights. */
    public float[] values(int doc) throws IOException {
        float affinity = places.affinity(doc);
        float[] values = new float[1 + signals.size()];
        values[0] = scoring.confidence() * own.factor(doc) * affinity;
        for (int i = 0; i < signals.size(); i++) {
            values[1 + i] = signals.value(i, doc);
        }
        return values;
    }

    /** The same, with its parts; the value is a double. */
    public Explanation explain(int doc) throws IOException {
        float[] vector = places.vector(doc);
        float affinity = places.affinity(doc);
        float factor = affinity == 0 ? 1 : own.factor(doc);
        List<Explanation> parts = new ArrayList<>();
        List<Explanation> factors = new ArrayList<>();
        factors.add(Explanation.match(scoring.weight(), "weight"));
        factors.add(Explanation.match(scoring.confidence(), "confidence, how much there is to go by"));
        if (factor != 1) {
            factors.add(Explanation.match(factor, "own, for an item of the user's history"));
        }
        factors.add(explain(vector, affinity));
        String formula = factor == 1 ? "weight * confidence * affinity" : "weight * confidence * own * affinity";
        parts.add(Explanation.match(scoring.affinityWeight() * factor * affinity, formula, factors));
        double merit = 0;
        for (int i = 0; i < signals.size(); i++) {
            Signal signal = signals.signal(i);
            double part = signals.part(i, doc);
            merit += part;
            String how = switch (signal.shape()) {
                case SATURATION -> "saturation of [" + signal.field() + "]";
                case DECAY -> "decay of [" + signal.field() + "]";
                case POPULARITY -> "what people like, beside the mean of all items";
                case ALL_TIME -> "what people ever liked, beside the mean of all items";
                case CHANCE -> "by chance, the same for this user all day: little is known of " + unknown(i, doc);
                case BEHAVIOUR -> "how it goes with the items of the user's history, told by its content if nobody took it";
                case SEEN -> "1 for an item of the user's history";
                case SEEN_LAST -> "1/n for the n-th newest item of the user's history";
                case MATCH -> "how the words of [" + signal.field() + "] and of the query meet";
                case MEANING -> "cosine of query and item";
            };
            parts.add(Explanation.match(part, "signal [" + signal.name() + "], " + how + " * " + signal.weight()));
        }
        return Explanation.match(scoring.affinityWeight() * factor * affinity + merit, "merit, sum of:", parts);
    }

    /** What it is that a search explores with a document, item or interest. */
    private String unknown(int chance, int doc) throws IOException {
        boolean ofInterest = places.unknown(doc) > 0 && places.unknown(doc) == signals.value(chance, doc);
        return ofInterest ? "interest #" + scoring.interests().leastKnown(places.vector(doc)).number() : "the item";
    }

    private Explanation explain(float[] vector, float affinity) {
        if (vector == null) {
            String why = scoring.interests().isEmpty() ? "nothing is known of the user" : "the item has no vector";
            return Explanation.match(affinity, "affinity of the item: none, " + why);
        }
        List<Explanation> why = scoring.interests().parts(vector).stream().map(SignalScorer::explain).toList();
        return Explanation.match(affinity, "affinity of the item, sum of:", why);
    }

    /** The interests that decide a document's affinity; none where it has no vector. */
    public List<Part> parts(int doc) throws IOException {
        float[] vector = places.vector(doc);
        return vector == null ? List.of() : scoring.interests().parts(vector);
    }

    private static Explanation explain(Part part) {
        Aspect aspect = part.aspect();
        String kind = aspect.strength() > 0 ? "liked" : "disliked";
        return Explanation.match(
            part.match(),
            kind + " interest #" + aspect.number() + ", strength * cosine around the common taste; items like " + aspect.examples(),
            Explanation.match(aspect.strength(), "strength")
        );
    }
}
