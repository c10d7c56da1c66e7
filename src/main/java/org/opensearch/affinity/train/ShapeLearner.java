package org.opensearch.affinity.train;

import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.tracker.shape.Curve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Learns curves of values and products of two values, where weights alone fit worse. A penalty draws the shape towards the weighted sum, so
 * that few examples change little; cross-validation chooses its strength, and whether there are products.
 */
final class ShapeLearner {
    private static final int FOLDS = 3;
    private static final double[] PENALTIES = { 1, 10, 100, 1_000 };
    /** Number of values that are multiplied with each other: those that change scores the most. */
    private static final int MULTIPLIED = 6;

    private final ParallelFor parallel;
    private final List<String> names;
    private final double[] lowerBounds;

    /**
     * Curves and products with the weights of the values.
     *
     * @param weights  the heights of the curves, or the weights of values without one
     * @param curves   by name
     * @param products weights by {@code a*b}
     */
    record Shape(double[] weights, Map<String, Curve> curves, Map<String, Float> products) {}

    /** A shape that was learned from the training examples alone. */
    record Candidate(Choice choice, double[] row) {
        double ndcg(TrainingExample example) {
            return choice.basis.expand(example).ndcg(row);
        }
    }

    /** A basis with the penalty that cross-validation chose, and the mean loss of examples that were not learned from. */
    private record Choice(ShapeBasis basis, double penalty, double loss) {}

    /**
     * @param names       of the values; the first is relevance, which stays as it is
     * @param lowerBounds of the weights; a value whose weight may be negative has no curve
     */
    ShapeLearner(ParallelFor parallel, List<String> names, double[] lowerBounds) {
        this.parallel = parallel;
        this.names = names;
        this.lowerBounds = lowerBounds;
    }

    /** @param weights learned from the same examples */
    Candidate candidate(List<TrainingExample> training, double[] weights, ProgressListener progress) {
        boolean[] shaped = new boolean[names.size()];
        for (int i = 0; i < shaped.length; i++) {
            shaped[i] = i > 0 && lowerBounds[i] == 0;
        }
        ShapeBasis curves = ShapeBasis.ofCurves(training, shaped);
        Choice choice = choose(curves, training, curves.linear(weights), progress.part(0, 0.4));
        double[] row = fit(choice, training, curves.linear(weights));
        ShapeBasis products = curves.withProducts(pairs(training, weights));
        double[] prior = Arrays.copyOf(row, products.linear(weights).length);
        Choice other = choose(products, training, prior, progress.part(0.4, 1));
        return other.loss < choice.loss ? new Candidate(other, fit(other, training, prior)) : new Candidate(choice, row);
    }

    /**
     * Learns a candidate's shape again, from more examples.
     *
     * @param weights learned from the same examples
     */
    Shape shape(Candidate candidate, List<TrainingExample> examples, double[] weights) {
        ShapeBasis basis = candidate.choice.basis;
        double[] row = fit(candidate.choice, examples, basis.linear(weights));
        return new Shape(basis.weights(row), basis.curves(row, names), basis.products(row, names));
    }

    private double[] fit(Choice choice, List<TrainingExample> examples, double[] prior) {
        List<TrainingExample> expanded = examples.stream().map(choice.basis::expand).toList();
        return new ConditionalLogit(expanded, prior, choice.basis.lowerBounds(lowerBounds), choice.penalty).weights(ProgressListener.NONE);
    }

    /** Cross-validates each penalty. */
    private Choice choose(ShapeBasis basis, List<TrainingExample> examples, double[] prior, ProgressListener progress) {
        List<TrainingExample> expanded = examples.stream().map(basis::expand).toList();
        double[] bounds = basis.lowerBounds(lowerBounds);
        double[] losses = new double[PENALTIES.length * FOLDS];
        parallel.run(losses.length, 1, progress, (from, to) -> {
            for (int i = from; i < to; i++) {
                List<TrainingExample> training = fold(expanded, i % FOLDS, false);
                double[] row = new ConditionalLogit(training, prior, bounds, PENALTIES[i / FOLDS]).weights(ProgressListener.NONE);
                losses[i] = ConditionalLogit.loss(fold(expanded, i % FOLDS, true), row);
            }
        });
        return IntStream.range(0, PENALTIES.length)
            .mapToObj(i -> new Choice(basis, PENALTIES[i], mean(Arrays.copyOfRange(losses, i * FOLDS, (i + 1) * FOLDS))))
            .min(Comparator.comparingDouble(Choice::loss))
            .orElseThrow();
    }

    private static List<TrainingExample> fold(List<TrainingExample> examples, int fold, boolean inside) {
        return IntStream.range(0, examples.size()).filter(i -> (i % FOLDS == fold) == inside).mapToObj(examples::get).toList();
    }

    /** Returns all pairs of the values that change scores the most. Relevance, which has no bounds, is not one of them. */
    private int[][] pairs(List<TrainingExample> examples, double[] weights) {
        double[] deviations = ConditionalLogit.deviations(examples, weights.length);
        int[] multiplied = IntStream.range(1, weights.length)
            .filter(i -> weights[i] != 0)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> -Math.abs(weights[i]) * deviations[i]))
            .limit(MULTIPLIED)
            .mapToInt(Integer::intValue)
            .sorted()
            .toArray();
        List<int[]> pairs = new ArrayList<>();
        for (int a = 0; a < multiplied.length; a++) {
            for (int b = a + 1; b < multiplied.length; b++) {
                pairs.add(new int[] { multiplied[a], multiplied[b] });
            }
        }
        return pairs.toArray(int[][]::new);
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElse(0);
    }
}
