package org.opensearch.affinity.train;

import org.opensearch.affinity.evaluate.Interval;
import org.opensearch.affinity.learn.ProgressListener;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Learns how much each of the values counts by which hits are ranked. What is learned shrinks towards what was there before,
 * the more so the less there is to learn from; how much is chosen by cross-validation. Weights that do not rank lessons better
 * which took no part in this are not worth having.
 */
final class FusionLearner {
    /** Fewer lessons than that say nothing. */
    static final int LEAST_LESSONS = 30;
    private static final int FOLDS = 5;
    private static final double[] PENALTIES = { 0.1, 1, 10, 100, 1_000, 10_000 };

    /**
     * What came of it.
     *
     * @param weights  of the values, learned of lessons and checks; those that were there before where nothing better was found
     * @param lessons  learned from
     * @param checks   lessons that took no part until the figures were taken
     * @param before   NDCG@10 over these with the weights that were there
     * @param after    the same with those that were learned of the lessons alone
     * @param gained   the difference, with its interval; null without lessons
     * @param penalty  that was chosen; 0 without lessons
     * @param accepted whether the learned weights are the ones to be used
     */
    record Learned(double[] weights, int lessons, int checks, double before, double after, Interval gained, double penalty, boolean accepted) {}

    private final double[] defaults;
    private final double[] least;

    /**
     * @param defaults weights that were there before; not all 0
     * @param least    below which none may be learned; negative infinity for no such thing
     */
    FusionLearner(double[] defaults, double[] least) {
        this.defaults = defaults;
        this.least = least;
    }

    /**
     * @param lessons to learn from
     * @param checks  other ones, with all of their hits
     */
    Learned learn(List<TrainingExample> lessons, List<TrainingExample> checks, ProgressListener progress) {
        if (lessons.size() < LEAST_LESSONS || checks.isEmpty()) {
            double before = mean(ndcg(checks, defaults));
            return new Learned(defaults, lessons.size(), checks.size(), before, before, null, 0, false);
        }
        double[] prior = tempered(lessons);
        double penalty = penalty(lessons, prior, progress.part(0, 0.8));
        double[] weights = new ConditionalLogit(lessons, prior, least, penalty).weights(progress.part(0.8, 0.95));
        double[] before = ndcg(checks, defaults);
        double[] after = ndcg(checks, weights);
        Interval gained = Interval.difference(after, before);
        boolean better = mean(after) > mean(before);
        // They have told whether to learn; what is used is learned of them too.
        double[] used = better ? new ConditionalLogit(both(lessons, checks), prior, least, penalty).weights(progress.part(0.95, 1)) : defaults;
        return new Learned(used, lessons.size(), checks.size(), mean(before), mean(after), gained, penalty, better);
    }

    private static List<TrainingExample> both(List<TrainingExample> lessons, List<TrainingExample> checks) {
        return Stream.concat(lessons.stream(), checks.stream()).toList();
    }

    /** The weights that were there, times what makes them most likely: they rank alike, whatever that is. */
    private double[] tempered(List<TrainingExample> lessons) {
        List<TrainingExample> scored = lessons.stream().map(this::scored).toList();
        double[] none = { 0 };
        double temperature = new ConditionalLogit(scored, new double[] { 1 }, none, 1).weights(ProgressListener.NONE)[0];
        return Arrays.stream(defaults).map(weight -> weight * temperature).toArray();
    }

    /** The lesson with one value, the score of the weights that were there. */
    private TrainingExample scored(TrainingExample lesson) {
        float[][] scores = new float[lesson.values().length][1];
        for (int hit = 0; hit < scores.length; hit++) {
            scores[hit][0] = (float) lesson.score(hit, defaults);
        }
        return new TrainingExample(scores, lesson.chosen());
    }

    private double penalty(List<TrainingExample> lessons, double[] prior, ProgressListener progress) {
        double best = Double.POSITIVE_INFINITY;
        double chosen = PENALTIES[PENALTIES.length - 1];
        for (int i = 0; i < PENALTIES.length; i++) {
            double loss = 0;
            for (int fold = 0; fold < FOLDS; fold++) {
                progress.at((i * FOLDS + fold) / (double) (PENALTIES.length * FOLDS));
                List<TrainingExample> rest = part(lessons, fold, false);
                double[] weights = new ConditionalLogit(rest, prior, least, PENALTIES[i]).weights(ProgressListener.NONE);
                loss += ConditionalLogit.loss(part(lessons, fold, true), weights) / FOLDS;
            }
            if (loss < best) {
                best = loss;
                chosen = PENALTIES[i];
            }
        }
        return chosen;
    }

    private static List<TrainingExample> part(List<TrainingExample> lessons, int fold, boolean inside) {
        List<TrainingExample> part = new ArrayList<>();
        for (int i = 0; i < lessons.size(); i++) {
            if ((i % FOLDS == fold) == inside) {
                part.add(lessons.get(i));
            }
        }
        return part;
    }

    private static double[] ndcg(List<TrainingExample> lessons, double[] weights) {
        return lessons.stream().mapToDouble(lesson -> lesson.ndcg(weights)).toArray();
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElse(0);
    }
}
