package org.opensearch.affinity.train;

import org.opensearch.affinity.evaluate.Interval;
import org.opensearch.affinity.learn.ProgressListener;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Learns the weights of the values that hits are ranked by. A penalty draws the weights towards the default ones; five-fold
 * cross-validation chooses its strength. The learned weights are accepted if they rank held-out examples better than the default
 * weights do.
 */
final class FusionLearner {
    /** With fewer training examples nothing is learned. */
    static final int MIN_EXAMPLES = 30;
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
     */
    record Result(
        double[] weights,
        int trainingExamples,
        int heldOutExamples,
        Interval before,
        Interval after,
        Interval difference,
        double penalty,
        boolean accepted
    ) {
        /** Returns why the learned weights are not used, in words. */
        String reason() {
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
     * @param examples to learn from, some of them or all
     */
    record Checks(double[] before, double[] after, List<TrainingExample> examples) {}

    private final double[] defaults;
    private final double[] lowerBounds;

    /**
     * @param defaults    the default weights, not all 0
     * @param lowerBounds of the weights; negative infinity for none
     */
    FusionLearner(double[] defaults, double[] lowerBounds) {
        this.defaults = defaults;
        this.lowerBounds = lowerBounds;
    }

    /** @param check ranks the held-out examples with the weights that were learned from the others */
    Result learn(List<TrainingExample> training, Function<double[], Checks> check, ProgressListener progress) {
        if (training.size() < MIN_EXAMPLES) {
            Checks checks = check.apply(defaults);
            Interval before = Interval.mean(checks.before);
            return new Result(defaults, training.size(), checks.before.length, before, before, null, 0, false);
        }
        double[] prior = scaledDefaults(training);
        double penalty = penalty(training, prior, progress.part(0, 0.8));
        double[] weights = new ConditionalLogit(training, prior, lowerBounds, penalty).weights(progress.part(0.8, 0.95));
        Checks checks = check.apply(weights);
        Interval before = Interval.mean(checks.before);
        Interval after = Interval.mean(checks.after);
        boolean accepted = after.value() > before.value();
        if (accepted) {
            List<TrainingExample> all = Stream.concat(training.stream(), checks.examples.stream()).toList();
            weights = new ConditionalLogit(all, prior, lowerBounds, penalty).weights(progress.part(0.95, 1));
        } else {
            weights = defaults;
        }
        Interval difference = Interval.difference(checks.after, checks.before);
        return new Result(weights, training.size(), checks.before.length, before, after, difference, penalty, accepted);
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
            double loss = 0;
            for (int fold = 0; fold < FOLDS; fold++) {
                progress.at((i * FOLDS + fold) / (double) (PENALTIES.length * FOLDS));
                List<TrainingExample> training = fold(examples, fold, false);
                double[] weights = new ConditionalLogit(training, prior, lowerBounds, PENALTIES[i]).weights(ProgressListener.NONE);
                loss += ConditionalLogit.loss(fold(examples, fold, true), weights) / FOLDS;
            }
            if (loss < minLoss) {
                minLoss = loss;
                best = PENALTIES[i];
            }
        }
        return best;
    }

    /** Returns the examples inside or outside of a fold. */
    private static List<TrainingExample> fold(List<TrainingExample> examples, int fold, boolean inside) {
        List<TrainingExample> selected = new ArrayList<>();
        for (int i = 0; i < examples.size(); i++) {
            if ((i % FOLDS == fold) == inside) {
                selected.add(examples.get(i));
            }
        }
        return selected;
    }
}
