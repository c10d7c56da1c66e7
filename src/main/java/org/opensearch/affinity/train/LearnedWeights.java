package org.opensearch.affinity.train;

import org.opensearch.affinity.tracker.Ranking;
import org.opensearch.affinity.tracker.Signal;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.affinity.train.fusion.FusionLearner;
import org.opensearch.affinity.train.fusion.ShapeLearner;
import org.opensearch.affinity.train.fusion.TrainingExample;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;

/** The signals that a training weighs: their default weights, the bounds of learned ones, and the model's ranking. */
final class LearnedWeights {
    private static final String AFFINITY = "affinity";
    /** Weight of the signal {@code neighbours} without judged queries. */
    private static final float DEFAULT_NEIGHBOURS = 4;
    /** A score is a float, so its logarithm must be below 88. */
    private static final double MAX_LOG_SCORE = 80;
    /** The logarithm of a relevance score is rarely larger. */
    private static final double MAX_LOG_RELEVANCE = 7;

    private final Tracker tracker;
    private final List<String> names;
    private final List<String> signals;
    private final boolean withText;

    /** @param signals to weigh, relevance included; all others get weight 0 */
    LearnedWeights(Tracker tracker, List<String> signals) {
        this(tracker, signals, true);
    }

    private LearnedWeights(Tracker tracker, List<String> signals, boolean withText) {
        this.tracker = tracker;
        this.signals = signals;
        this.withText = withText;
        names = TrainingExamples.names(tracker);
    }

    /** Those of searches without a text, which have neither relevance nor the signals that compare items with a text. */
    LearnedWeights forYou() {
        return new LearnedWeights(tracker, signals.stream().filter(name -> Signal.isOfText(name) == false).toList(), false);
    }

    /** Whether there is anything to weigh but relevance. */
    boolean isEmpty() {
        return signals.equals(List.of(TrainingExamples.RELEVANCE));
    }

    /** Returns the names of the signals that are weighed; relevance is the first. */
    List<String> names() {
        return signals;
    }

    /** Returns the index of each signal among the values of a {@link TrainingExample}. */
    int[] indices() {
        return signals.stream().mapToInt(names::indexOf).toArray();
    }

    /** Returns the weight of each signal in a ranking by a model without learned weights. */
    double[] defaults() {
        Ranking neighbours = Ranking.ofWeights(null, null, Map.of(Signal.NEIGHBOURS, DEFAULT_NEIGHBOURS));
        Ranking ranking = tracker.ranking().orElse(neighbours).orElse(Ranking.DEFAULT);
        Map<String, Float> weights = new HashMap<>(ranking.signals());
        weights.put(TrainingExamples.RELEVANCE, ranking.relevance());
        weights.put(AFFINITY, ranking.weight());
        tracker.signals().forEach(signal -> weights.putIfAbsent(signal.name(), signal.weight()));
        return signals.stream().mapToDouble(name -> weights.getOrDefault(name, 0f)).toArray();
    }

    /** Returns the lower bound of each signal's weight: 0, or negative infinity if the signal may have a negative weight. */
    double[] lowerBounds() {
        return signals.stream().mapToDouble(name -> Signal.mayCountAgainst(name) ? Double.NEGATIVE_INFINITY : 0).toArray();
    }

    /**
     * Returns the ranking of a model.
     *
     * @param fusion learned weights; null if there were no judged queries
     */
    Ranking ranking(FusionLearner.Result fusion) {
        Map<String, Float> weights = new LinkedHashMap<>();
        names.stream()
            .filter(name -> signals.contains(name) == false && (withText || Signal.isOfText(name) == false))
            .forEach(name -> weights.put(name, 0f));
        if (fusion == null || fusion.accepted() == false) {
            weights.putIfAbsent(Signal.NEIGHBOURS, DEFAULT_NEIGHBOURS);
            return Ranking.ofWeights(weights.remove(AFFINITY), null, weights);
        }
        ShapeLearner.Shape shape = fusion.shape();
        Map<String, Float> products = new LinkedHashMap<>(shape == null ? Map.of() : shape.products());
        double[] learned = shape == null ? fusion.weights() : shape.weights();
        double factor = factor(learned, products);
        double[] scaled = Arrays.stream(learned)
            .map(weight -> Math.clamp(weight * factor, -Ranking.MAX_WEIGHT, Ranking.MAX_WEIGHT))
            .toArray();
        for (int i = 0; i < signals.size(); i++) {
            weights.put(signals.get(i), (float) scaled[i]);
        }
        Float relevance = weights.remove(TrainingExamples.RELEVANCE);
        Float affinity = weights.remove(AFFINITY);
        Ranking linear = Ranking.ofWeights(affinity, withText ? relevance : null, weights);
        if (shape == null) {
            return linear;
        }
        products.replaceAll((name, weight) -> (float) Math.clamp(weight * factor, -Ranking.MAX_WEIGHT, Ranking.MAX_WEIGHT));
        return linear.shaped(shape.curves(), products);
    }

    /** Returns the factor of all weights with which they and the scores stay in range. It does not change the ranking. */
    private double factor(double[] weights, Map<String, Float> products) {
        DoubleStream ofProducts = products.values().stream().mapToDouble(Float::doubleValue);
        double maxWeight = DoubleStream.concat(Arrays.stream(weights), ofProducts).map(Math::abs).max().orElse(0);
        double relevance = weights[signals.indexOf(TrainingExamples.RELEVANCE)];
        // Signals are at most 1. The sum counts the relevance once already.
        double maxLogScore = Arrays.stream(weights).map(weight -> Math.max(0, weight)).sum() + (MAX_LOG_RELEVANCE - 1) * relevance;
        maxLogScore += products.values().stream().mapToDouble(weight -> Math.max(0, weight)).sum();
        return Math.min(1, Math.min(Ranking.MAX_WEIGHT / maxWeight, MAX_LOG_SCORE / maxLogScore));
    }
}
