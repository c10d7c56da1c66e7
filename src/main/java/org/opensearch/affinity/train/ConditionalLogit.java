package org.opensearch.affinity.train;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.LinearSolverFactory_DDRM;
import org.ejml.interfaces.linsol.LinearSolverDense;
import org.opensearch.affinity.learn.ProgressListener;

import java.util.Arrays;
import java.util.List;

/**
 * Weights under which what people chose is likely among what they were shown: the conditional logit model (McFadden,
 * "Conditional logit analysis of qualitative choice behavior", 1974; ListNet's top-one loss, Cao et al., ICML'07, is the same),
 *
 * <pre>loss(w) = - Σ_lessons mean_chosen log(e^(w·x_chosen) / Σ_hits e^(w·x)) + penalty/2 · Σ_i (s_i (w_i - prior_i))²</pre>
 *
 * with s the values' standard deviation. The loss is convex; it is brought down by Newton's method with the weights held at
 * their least value where they would go below it. That hits are a sample of all that were shown biases nothing (McFadden,
 * "Modelling the choice of residential location", 1978).
 */
final class ConditionalLogit {
    private static final int MAX_STEPS = 100;
    private static final double ENOUGH = 1e-7;
    private static final int MAX_HALVINGS = 30;
    /** Values that differ by less differ by how they were rounded, floats and the mean of them. */
    private static final double LEAST_DEVIATION = 1e-5;

    private final List<TrainingExample> lessons;
    private final double[] prior;
    private final double[] least;
    private final double penalty;
    private final double[] scales;

    /**
     * @param prior   what the weights are where nothing is known
     * @param least   below which they must not be; negative infinity for no such thing
     * @param penalty above 0
     */
    ConditionalLogit(List<TrainingExample> lessons, double[] prior, double[] least, double penalty) {
        this.lessons = lessons;
        this.prior = prior;
        this.least = least;
        this.penalty = penalty;
        scales = scales(lessons, prior.length);
    }

    /** Standard deviations of the values within lessons; 1 where they never differ. */
    private static double[] scales(List<TrainingExample> lessons, int size) {
        double[] squares = new double[size];
        long count = 0;
        for (TrainingExample lesson : lessons) {
            for (int i = 0; i < size; i++) {
                double mean = 0;
                for (float[] hit : lesson.values()) {
                    mean += hit[i] / lesson.values().length;
                }
                for (float[] hit : lesson.values()) {
                    squares[i] += (hit[i] - mean) * (hit[i] - mean);
                }
            }
            count += lesson.values().length;
        }
        double[] scales = new double[size];
        for (int i = 0; i < size; i++) {
            double deviation = Math.sqrt(squares[i] / Math.max(1, count));
            scales[i] = deviation > LEAST_DEVIATION ? deviation : 1;
        }
        return scales;
    }

    /** The loss without the penalty, per lesson. */
    static double loss(List<TrainingExample> lessons, double[] weights) {
        double loss = 0;
        for (TrainingExample lesson : lessons) {
            loss -= likelihood(lesson, weights, new double[lesson.values().length]);
        }
        return loss / Math.max(1, lessons.size());
    }

    /** Fills in how likely each hit is, and returns the mean logarithm of that of the chosen ones. */
    private static double likelihood(TrainingExample lesson, double[] weights, double[] likely) {
        double most = Double.NEGATIVE_INFINITY;
        for (int hit = 0; hit < likely.length; hit++) {
            likely[hit] = lesson.score(hit, weights);
            most = Math.max(most, likely[hit]);
        }
        double chosen = 0;
        for (int hit : lesson.chosen()) {
            chosen += likely[hit] / lesson.chosen().length;
        }
        double sum = 0;
        for (int hit = 0; hit < likely.length; hit++) {
            likely[hit] = Math.exp(likely[hit] - most);
            sum += likely[hit];
        }
        for (int hit = 0; hit < likely.length; hit++) {
            likely[hit] /= sum;
        }
        return chosen - most - Math.log(sum);
    }

    /** @return as many as the prior has; the prior itself where there are no lessons */
    double[] weights(ProgressListener progress) {
        double[] weights = prior.clone();
        for (int i = 0; i < weights.length; i++) {
            weights[i] = Math.max(least[i], weights[i]);
        }
        double loss = penalised(weights);
        for (int step = 0; step < MAX_STEPS && lessons.isEmpty() == false; step++) {
            progress.at((double) step / MAX_STEPS);
            double[] move = newton(weights);
            double[] next = null;
            double nextLoss = Double.POSITIVE_INFINITY;
            double part = 1;
            for (int halving = 0; halving < MAX_HALVINGS && nextLoss > loss; halving++) {
                next = moved(weights, move, part);
                nextLoss = penalised(next);
                part /= 2;
            }
            if (nextLoss > loss - ENOUGH * lessons.size()) {
                return nextLoss < loss ? next : weights;
            }
            weights = next;
            loss = nextLoss;
        }
        return weights;
    }

    private double[] moved(double[] weights, double[] move, double part) {
        double[] next = new double[weights.length];
        for (int i = 0; i < next.length; i++) {
            next[i] = Math.max(least[i], weights[i] + part * move[i]);
        }
        return next;
    }

    private double penalised(double[] weights) {
        double loss = loss(lessons, weights) * lessons.size();
        for (int i = 0; i < weights.length; i++) {
            double off = scales[i] * (weights[i] - prior[i]);
            loss += penalty / 2 * off * off;
        }
        return loss;
    }

    /** Newton's step over the weights that are free to move; the others stay. */
    private double[] newton(double[] weights) {
        int size = weights.length;
        double[] gradient = new double[size];
        DMatrixRMaj curvature = new DMatrixRMaj(size, size);
        for (TrainingExample lesson : lessons) {
            add(lesson, weights, gradient, curvature);
        }
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < i; j++) {
                curvature.set(j, i, curvature.get(i, j));
            }
            double square = penalty * scales[i] * scales[i];
            gradient[i] += square * (weights[i] - prior[i]);
            curvature.add(i, i, square);
        }
        for (int i = 0; i < size; i++) {
            if (weights[i] <= least[i] && gradient[i] > 0) {
                for (int j = 0; j < size; j++) {
                    curvature.set(i, j, 0);
                    curvature.set(j, i, 0);
                }
                curvature.set(i, i, 1);
                gradient[i] = 0;
            }
        }
        DMatrixRMaj right = DMatrixRMaj.wrap(size, 1, gradient);
        CommonOps_DDRM.changeSign(right);
        LinearSolverDense<DMatrixRMaj> solver = LinearSolverFactory_DDRM.chol(size);
        if (solver.setA(curvature) == false) {
            throw new ArithmeticException("the penalty makes every curvature positive: " + Arrays.toString(scales));
        }
        DMatrixRMaj step = new DMatrixRMaj(size, 1);
        solver.solve(right, step);
        return step.data;
    }

    private static void add(TrainingExample lesson, double[] weights, double[] gradient, DMatrixRMaj curvature) {
        int size = weights.length;
        double[] likely = new double[lesson.values().length];
        likelihood(lesson, weights, likely);
        double[] mean = new double[size];
        for (int hit = 0; hit < likely.length; hit++) {
            float[] values = lesson.values()[hit];
            for (int i = 0; i < size; i++) {
                double part = likely[hit] * values[i];
                mean[i] += part;
                for (int j = 0; j <= i; j++) {
                    curvature.add(i, j, part * values[j]);
                }
            }
        }
        for (int i = 0; i < size; i++) {
            gradient[i] += mean[i];
            for (int hit : lesson.chosen()) {
                gradient[i] -= lesson.values()[hit][i] / lesson.chosen().length;
            }
            for (int j = 0; j <= i; j++) {
                curvature.add(i, j, -mean[i] * mean[j]);
            }
        }
    }
}
