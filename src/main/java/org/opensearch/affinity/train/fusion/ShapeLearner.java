package org.opensearch.affinity.train.fusion;

import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.tracker.shape.Curve;
import org.opensearch.core.common.breaker.CircuitBreaker;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Learns curves of values and products of two values, where weights alone fit worse. A penalty draws the shape towards the weighted sum, so
 * that few examples change little; cross-validation chooses its strength, and whether there are products.
 */
public final class ShapeLearner {
    private static final long SEED = 20_260_101L;
    private static final int FOLDS = 3;
    private static final double[] PENALTIES = { 1, 10, 100, 1_000 };
    /** Number of values that are multiplied with each other: those that change scores the most. */
    private static final int MULTIPLIED = 6;
    /** Largest number of sampled hits of an example that were not chosen. Rows are long, so there are fewer than for weights alone. */
    private static final int MAX_NEGATIVES = 50;
    /** Heap of an array of numbers without its numbers, and of the reference to it. */
    private static final long BYTES_PER_ROW = 24;

    private final ParallelFor parallel;
    private final List<String> names;
    private final double[] lowerBounds;
    private final CircuitBreaker breaker;

    /**
     * Curves and products with the weights of the values.
     *
     * @param weights  the heights of the curves, or the weights of values without one
     * @param curves   by name
     * @param products weights by {@code a*b}
     */
    public record Shape(double[] weights, Map<String, Curve> curves, Map<String, Float> products) {}

    /** A shape that was learned from the training examples alone. */
    public record Candidate(Choice choice, double[] row) {
        public double ndcg(TrainingExample example) {
            return choice.basis.expand(example).ndcg(row);
        }
    }

    /** A basis with the penalty that cross-validation chose, and the mean loss of examples that were not learned from. */
    private record Choice(ShapeBasis basis, double penalty, double loss) {}

    /**
     * @param names       of the values; the first is relevance, which stays as it is
     * @param lowerBounds of the weights; a value whose weight may be negative has no curve
     * @param breaker     that accounts for the memory: a learner fails with its exception (429) if there is too little
     */
    public ShapeLearner(ParallelFor parallel, List<String> names, double[] lowerBounds, CircuitBreaker breaker) {
        this.parallel = parallel;
        this.names = names;
        this.lowerBounds = lowerBounds;
        this.breaker = breaker;
    }

    /** @param weights learned from the same examples */
    public Candidate candidate(List<TrainingExample> training, double[] weights, ProgressListener progress) {
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
    public Shape shape(Candidate candidate, List<TrainingExample> examples, double[] weights) {
        ShapeBasis basis = candidate.choice.basis;
        double[] row = fit(candidate.choice, examples, basis.linear(weights));
        return new Shape(basis.weights(row), basis.curves(row, names), basis.products(row, names));
    }

    private double[] fit(Choice choice, List<TrainingExample> examples, double[] prior) {
        double[] bounds = choice.basis.lowerBounds(lowerBounds);
        return expanded(
            choice.basis,
            examples,
            rows -> new ConditionalLogit(rows, prior, bounds, choice.penalty).weights(ProgressListener.NONE)
        );
    }

    /** Cross-validates each penalty. */
    private Choice choose(ShapeBasis basis, List<TrainingExample> examples, double[] prior, ProgressListener progress) {
        double[] bounds = basis.lowerBounds(lowerBounds);
        double[] losses = expanded(basis, examples, rows -> losses(rows, prior, bounds, progress));
        return IntStream.range(0, PENALTIES.length)
            .mapToObj(i -> new Choice(basis, PENALTIES[i], mean(Arrays.copyOfRange(losses, i * FOLDS, (i + 1) * FOLDS))))
            .min(Comparator.comparingDouble(Choice::loss))
            .orElseThrow();
    }

    /** Returns the loss of each penalty in each fold, learned from the others. */
    private double[] losses(List<TrainingExample> rows, double[] prior, double[] bounds, ProgressListener progress) {
        double[] losses = new double[PENALTIES.length * FOLDS];
        parallel.run(losses.length, 1, progress, (from, to) -> {
            for (int i = from; i < to; i++) {
                List<TrainingExample> training = FusionLearner.fold(rows, i % FOLDS, FOLDS, false);
                double[] row = new ConditionalLogit(training, prior, bounds, PENALTIES[i / FOLDS]).weights(ProgressListener.NONE);
                losses[i] = ConditionalLogit.loss(FusionLearner.fold(rows, i % FOLDS, FOLDS, true), row);
            }
        });
        return losses;
    }

    /** Calls a function with the rows of the examples, whose memory is accounted until it returns. */
    private double[] expanded(ShapeBasis basis, List<TrainingExample> examples, Function<List<TrainingExample>, double[]> use) {
        Random random = new Random(SEED);
        List<TrainingExample> sampled = examples.stream().map(example -> example.sample(MAX_NEGATIVES, random)).toList();
        long hits = sampled.stream().mapToLong(example -> example.values().length).sum();
        long bytes = hits * (BYTES_PER_ROW + (long) Float.BYTES * basis.size());
        breaker.addEstimateBytesAndMaybeBreak(bytes, "learning curves");
        try {
            return use.apply(sampled.stream().map(basis::expand).toList());
        } finally {
            breaker.addWithoutBreaking(-bytes);
        }
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
