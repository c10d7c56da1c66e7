package org.opensearch.affinity.train.fusion;

import org.opensearch.affinity.evaluate.Interval;
import org.opensearch.affinity.learn.ProgressListener;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Learns the weights of the values that hits are ranked by. A penalty draws the weights towards the default ones; five-fold
 * cross-validation chooses its strength. The learned weights are accepted if they rank held-out examples better than the default
 * weights do. Curves and products are accepted if they rank them better than the learned weights. Optional values, whose default weight is
 * 0, keep it unless cross-validation loses without them.
 */
public final class FusionLearner {
    /** With fewer training examples nothing is learned. */
    public static final int MIN_EXAMPLES = 30;
    private static final int FOLDS = 5;
    private static final double[] PENALTIES = { 0.1, 1, 10, 100, 1_000, 10_000 };

    /**
     * The outcome.
     *
     * @param weights          learned from training and held-out examples if they were accepted, else the default weights
     * @param trainingExamples number of training examples
     * @param heldOutExamples  number of held-out examples
     * @param before           mean NDCG@10 of the held-out examples with the default weights
     * @param after            mean NDCG@10 of the held-out examples with weights learned from the training examples alone
     * @param difference       of both; null if nothing was learned
     * @param penalty          that cross-validation chose; 0 if nothing was learned
     * @param accepted         whether the learned weights are used
     * @param shape            curves and products that are used, with their weights; null for none
     * @param shaped           mean NDCG@10 of the held-out examples with curves and products; null if none were learned
     * @param shapeDifference  of {@code shaped} and {@code after}; null if none were learned
     * @param leftOut          indices of the optional values that are left out
     * @param gains            by value, how much higher the mean NDCG@10 of the held-out examples is with it than with weights that were
     *                         learned without it, both without curves and products; null for a value that is not weighed; empty if nothing
     *                         was learned
     */
    public record Result(
        double[] weights,
        int trainingExamples,
        int heldOutExamples,
        Interval before,
        Interval after,
        Interval difference,
        double penalty,
        boolean accepted,
        ShapeLearner.Shape shape,
        Interval shaped,
        Interval shapeDifference,
        List<Integer> leftOut,
        List<Interval> gains
    ) {
        private static Result refused(double[] weights, int trainingExamples, double[] ndcg, List<Integer> leftOut) {
            Interval before = Interval.mean(ndcg);
            return new Result(weights, trainingExamples, ndcg.length, before, before, null, 0, false, null, null, null, leftOut, List.of());
        }

        /** Returns why the learned weights are not used, in words. */
        public String reason() {
            if (trainingExamples < MIN_EXAMPLES) {
                return "fewer than " + MIN_EXAMPLES + " lessons";
            }
            return heldOutExamples == 0 ? "no checks" : "not better on the checks";
        }
    }

    /**
     * The held-out examples, ranked with all of their hits.
     *
     * @param before   NDCG@10 of each with the default weights
     * @param after    NDCG@10 of each with the learned weights
     * @param shaped   NDCG@10 of each with curves and products; null without them
     * @param without  by value, NDCG@10 of each without it; null for a value that was not left out
     * @param examples to learn from, some of them or all
     */
    public record Checks(double[] before, double[] after, double[] shaped, double[][] without, List<TrainingExample> examples) {}

    /**
     * What was learned from the training examples.
     *
     * @param weights or the default ones
     * @param shape   null for none
     * @param without by value, the weights that were learned without it; null for a value that has no weight
     */
    public record Learned(double[] weights, ShapeLearner.Candidate shape, double[][] without) {}

    /** Ranks the held-out examples. */
    @FunctionalInterface
    public interface Check {
        Checks with(Learned learned);
    }

    private final double[] defaults;
    private final double[] lowerBounds;
    private final ShapeLearner shapes;
    private final List<Integer> optional;

    /**
     * @param defaults    the default weights, not all 0
     * @param lowerBounds of the weights; negative infinity for none
     * @param shapes      null to learn weights alone
     * @param optional    indices of values that may be left out; their default weights are 0
     */
    public FusionLearner(double[] defaults, double[] lowerBounds, ShapeLearner shapes, List<Integer> optional) {
        this.optional = optional;
        this.shapes = shapes;
        this.defaults = defaults;
        this.lowerBounds = lowerBounds;
    }

    /** @param check ranks the held-out examples by what was learned from the others */
    public Result learn(List<TrainingExample> lessons, Check check, ProgressListener progress) {
        if (lessons.size() < MIN_EXAMPLES) {
            return Result.refused(defaults, lessons.size(), check.with(new Learned(defaults, null, new double[defaults.length][])).before, optional);
        }
        double[] prior = scaledDefaults(lessons);
        double penalty = penalty(lessons, prior, progress.part(0, 0.25));
        List<Integer> leftOut = leftOut(lessons, prior, penalty, progress.part(0.25, 0.3));
        List<TrainingExample> training = without(lessons, leftOut);
        double[] weights = new ConditionalLogit(training, prior, lowerBounds, penalty).weights(progress.part(0.3, 0.4));
        ShapeLearner.Candidate candidate = shapes == null ? null : shapes.candidate(training, weights, progress.part(0.4, 0.85));
        Checks checks = check.with(new Learned(weights, candidate, withoutEach(training, weights, prior, penalty, progress.part(0.85, 0.9))));
        Interval before = Interval.mean(checks.before);
        Interval after = Interval.mean(checks.after);
        Interval shaped = candidate == null ? null : Interval.mean(checks.shaped);
        boolean accepted = after.value() > before.value();
        ShapeLearner.Shape shape = null;
        if (accepted) {
            List<TrainingExample> all = Stream.concat(training.stream(), without(checks.examples, leftOut).stream()).toList();
            weights = new ConditionalLogit(all, prior, lowerBounds, penalty).weights(progress.part(0.9, 0.95));
            shape = shaped != null && shaped.value() > after.value() ? shapes.shape(candidate, all, weights) : null;
        } else {
            weights = defaults;
        }
        return new Result(
            weights,
            training.size(),
            checks.before.length,
            before,
            after,
            Interval.difference(checks.after, checks.before),
            penalty,
            accepted,
            shape,
            shaped,
            candidate == null ? null : Interval.difference(checks.shaped, checks.after),
            accepted ? leftOut : optional,
            Arrays.stream(checks.without).map(without -> without == null ? null : Interval.difference(checks.after, without)).toList()
        );
    }

    /** Returns, for each value with a weight but the relevance, the weights that the others have without it. */
    private double[][] withoutEach(
        List<TrainingExample> training,
        double[] weights,
        double[] prior,
        double penalty,
        ProgressListener progress
    ) {
        double[][] without = new double[weights.length][];
        for (int index = 1; index < weights.length; index++) {
            progress.at(index / (double) weights.length);
            if (weights[index] != 0) {
                List<TrainingExample> others = without(training, List.of(index));
                without[index] = new ConditionalLogit(others, prior, lowerBounds, penalty).weights(ProgressListener.NONE);
                without[index][index] = 0;
            }
        }
        return without;
    }

    /** Returns the default weights times the factor that makes the examples most likely. The factor does not change the ranking. */
    private double[] scaledDefaults(List<TrainingExample> examples) {
        List<TrainingExample> scored = examples.stream().map(this::scored).toList();
        double[] lowerBound = { 0 };
        double factor = new ConditionalLogit(scored, new double[] { 1 }, lowerBound, 1).weights(ProgressListener.NONE)[0];
        return Arrays.stream(defaults).map(weight -> weight * factor).toArray();
    }

    /** Returns an example whose only value is the score with the default weights. */
    private TrainingExample scored(TrainingExample example) {
        float[][] scores = new float[example.values().length][1];
        for (int hit = 0; hit < scores.length; hit++) {
            scores[hit][0] = (float) example.score(hit, defaults);
        }
        return new TrainingExample(scores, example.chosen());
    }

    private double penalty(List<TrainingExample> examples, double[] prior, ProgressListener progress) {
        double minLoss = Double.POSITIVE_INFINITY;
        double best = PENALTIES[PENALTIES.length - 1];
        for (int i = 0; i < PENALTIES.length; i++) {
            progress.at(i / (double) PENALTIES.length);
            double loss = heldBackLoss(examples, prior, PENALTIES[i]);
            if (loss < minLoss) {
                minLoss = loss;
                best = PENALTIES[i];
            }
        }
        return best;
    }

    /** Returns the mean loss of examples that were not learned from. */
    private double heldBackLoss(List<TrainingExample> examples, double[] prior, double penalty) {
        double loss = 0;
        for (int fold = 0; fold < FOLDS; fold++) {
            List<TrainingExample> training = fold(examples, fold, FOLDS, false);
            double[] weights = new ConditionalLogit(training, prior, lowerBounds, penalty).weights(ProgressListener.NONE);
            loss += ConditionalLogit.loss(fold(examples, fold, FOLDS, true), weights) / FOLDS;
        }
        return loss;
    }

    /** Returns the optional values without which the loss is no higher, left out one after another. */
    private List<Integer> leftOut(List<TrainingExample> examples, double[] prior, double penalty, ProgressListener progress) {
        if (optional.isEmpty()) {
            return List.of();
        }
        List<Integer> leftOut = new ArrayList<>();
        double loss = heldBackLoss(examples, prior, penalty);
        for (int index : optional) {
            progress.at(leftOut.size() / (double) optional.size());
            List<Integer> more = Stream.concat(leftOut.stream(), Stream.of(index)).toList();
            double without = heldBackLoss(without(examples, more), prior, penalty);
            if (without <= loss) {
                leftOut.add(index);
                loss = without;
            }
        }
        return leftOut;
    }

    private static List<TrainingExample> without(List<TrainingExample> examples, List<Integer> leftOut) {
        List<TrainingExample> others = examples;
        for (int index : leftOut) {
            others = others.stream().map(example -> example.without(index)).toList();
        }
        return others;
    }

    /** Returns the examples inside or outside of one of so many folds. */
    static List<TrainingExample> fold(List<TrainingExample> examples, int fold, int folds, boolean inside) {
        List<TrainingExample> selected = new ArrayList<>();
        for (int i = 0; i < examples.size(); i++) {
            if ((i % folds == fold) == inside) {
                selected.add(examples.get(i));
            }
        }
        return selected;
    }
}
