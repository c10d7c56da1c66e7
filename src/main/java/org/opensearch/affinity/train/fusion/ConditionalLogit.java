package org.opensearch.affinity.train.fusion;

import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.LinearSolverFactory_DDRM;
import org.ejml.interfaces.linsol.LinearSolverDense;
import org.opensearch.affinity.learn.ProgressListener;

import java.util.Arrays;
import java.util.List;

/**
 * The conditional logit model: weights that maximise the likelihood of the chosen hits among all hits of their search (McFadden,
 * "Conditional logit analysis of qualitative choice behavior", 1974; the same as ListNet's top-one loss, Cao et al., ICML'07),
 *
 * <pre>loss(w) = - Σ_examples mean_chosen log(e^(w·x_chosen) / Σ_hits e^(w·x)) + penalty/2 · Σ_i (s_i (w_i - prior_i))²</pre>
 *
 * with the standard deviation s of the values. The loss is convex. It is minimised by Newton's method; a weight that would fall
 * below its lower bound is fixed at the bound. A uniform sample of the hits causes no bias (McFadden, "Modelling the choice of
 * residential location", 1978).
 */
public final class ConditionalLogit {
    private static final int MAX_STEPS = 100;
    /** Smallest decrease of the loss per example that another step needs. */
    private static final double MIN_DECREASE = 1e-7;
    private static final int MAX_HALVINGS = 30;
    /** Smaller deviations are rounding errors of floats and of their mean. */
    private static final double MIN_DEVIATION = 1e-5;

    private final List<TrainingExample> examples;
    private final double[] prior;
    private final double[] lowerBounds;
    private final double penalty;
    private final double[] scales;

    /**
     * @param prior       the weights without examples
     * @param lowerBounds of the weights; negative infinity for none
     * @param penalty     above 0
     */
    ConditionalLogit(List<TrainingExample> examples, double[] prior, double[] lowerBounds, double penalty) {
        this.examples = examples;
        this.prior = prior;
        this.lowerBounds = lowerBounds;
        this.penalty = penalty;
        scales = deviations(examples, prior.length);
    }

    /** Returns the standard deviations of the values within examples; 1 for a value that never differs. */
    static double[] deviations(List<TrainingExample> examples, int size) {
        double[] squares = new double[size];
        long count = 0;
        for (TrainingExample example : examples) {
            for (int i = 0; i < size; i++) {
                double mean = 0;
                for (float[] hit : example.values()) {
                    mean += hit[i] / example.values().length;
                }
                for (float[] hit : example.values()) {
                    squares[i] += (hit[i] - mean) * (hit[i] - mean);
                }
            }
            count += example.values().length;
        }
        double[] deviations = new double[size];
        for (int i = 0; i < size; i++) {
            double deviation = Math.sqrt(squares[i] / Math.max(1, count));
            deviations[i] = deviation > MIN_DEVIATION ? deviation : 1;
        }
        return deviations;
    }

    /** Returns the mean loss of an example, without the penalty. */
    static double loss(List<TrainingExample> examples, double[] weights) {
        double loss = 0;
        for (TrainingExample example : examples) {
            loss -= logLikelihood(example, weights, new double[example.values().length]);
        }
        return loss / Math.max(1, examples.size());
    }

    /** Writes the probability of each hit, and returns the mean log-likelihood of the chosen ones. */
    private static double logLikelihood(TrainingExample example, double[] weights, double[] probabilities) {
        double max = Double.NEGATIVE_INFINITY;
        for (int hit = 0; hit < probabilities.length; hit++) {
            probabilities[hit] = example.score(hit, weights);
            max = Math.max(max, probabilities[hit]);
        }
        double chosen = 0;
        for (int hit : example.chosen()) {
            chosen += probabilities[hit] / example.chosen().length;
        }
        double sum = 0;
        for (int hit = 0; hit < probabilities.length; hit++) {
            probabilities[hit] = Math.exp(probabilities[hit] - max);
            sum += probabilities[hit];
        }
        for (int hit = 0; hit < probabilities.length; hit++) {
            probabilities[hit] /= sum;
        }
        return chosen - max - Math.log(sum);
    }

    /** Returns the weights that minimise the loss; the prior, raised to the lower bounds, if there are no examples. */
    double[] weights(ProgressListener progress) {
        double[] weights = prior.clone();
        for (int i = 0; i < weights.length; i++) {
            weights[i] = Math.max(lowerBounds[i], weights[i]);
        }
        double loss = penalisedLoss(weights);
        for (int step = 0; step < MAX_STEPS && examples.isEmpty() == false; step++) {
            progress.at((double) step / MAX_STEPS);
            double[] direction = newtonStep(weights);
            double[] next = null;
            double nextLoss = Double.POSITIVE_INFINITY;
            double length = 1;
            for (int halving = 0; halving < MAX_HALVINGS && nextLoss > loss; halving++) {
                next = moved(weights, direction, length);
                nextLoss = penalisedLoss(next);
                length /= 2;
            }
            if (nextLoss > loss - MIN_DECREASE * examples.size()) {
                return nextLoss < loss ? next : weights;
            }
            weights = next;
            loss = nextLoss;
        }
        return weights;
    }

    private double[] moved(double[] weights, double[] direction, double length) {
        double[] moved = new double[weights.length];
        for (int i = 0; i < moved.length; i++) {
            moved[i] = Math.max(lowerBounds[i], weights[i] + length * direction[i]);
        }
        return moved;
    }

    private double penalisedLoss(double[] weights) {
        double loss = loss(examples, weights) * examples.size();
        for (int i = 0; i < weights.length; i++) {
            double difference = scales[i] * (weights[i] - prior[i]);
            loss += penalty / 2 * difference * difference;
        }
        return loss;
    }

    /** Returns Newton's step for the weights that are not fixed at their bounds; 0 for the others. */
    private double[] newtonStep(double[] weights) {
        int size = weights.length;
        double[] gradient = new double[size];
        DMatrixRMaj hessian = new DMatrixRMaj(size, size);
        for (TrainingExample example : examples) {
            addDerivatives(example, weights, gradient, hessian);
        }
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < i; j++) {
                hessian.set(j, i, hessian.get(i, j));
            }
            double curvature = penalty * scales[i] * scales[i];
            gradient[i] += curvature * (weights[i] - prior[i]);
            hessian.add(i, i, curvature);
        }
        fixBounded(weights, gradient, hessian);
        DMatrixRMaj right = DMatrixRMaj.wrap(size, 1, gradient);
        CommonOps_DDRM.changeSign(right);
        LinearSolverDense<DMatrixRMaj> solver = LinearSolverFactory_DDRM.chol(size);
        if (solver.setA(hessian) == false) {
            throw new ArithmeticException("the Hessian is not positive definite; deviations of the values: " + Arrays.toString(scales));
        }
        DMatrixRMaj step = new DMatrixRMaj(size, 1);
        solver.solve(right, step);
        return step.data;
    }

    /** Takes the weights that are at their bounds, and that a step would lower further, out of the equations. */
    private void fixBounded(double[] weights, double[] gradient, DMatrixRMaj hessian) {
        for (int i = 0; i < weights.length; i++) {
            if (weights[i] <= lowerBounds[i] && gradient[i] > 0) {
                for (int j = 0; j < weights.length; j++) {
                    hessian.set(i, j, 0);
                    hessian.set(j, i, 0);
                }
                hessian.set(i, i, 1);
                gradient[i] = 0;
            }
        }
    }

    /** Adds the gradient of an example's loss, and the lower triangle of its Hessian. */
    private static void addDerivatives(TrainingExample example, double[] weights, double[] gradient, DMatrixRMaj hessian) {
        int size = weights.length;
        double[] probabilities = new double[example.values().length];
        logLikelihood(example, weights, probabilities);
        double[] mean = new double[size];
        for (int hit = 0; hit < probabilities.length; hit++) {
            float[] values = example.values()[hit];
            for (int i = 0; i < size; i++) {
                double part = probabilities[hit] * values[i];
                mean[i] += part;
                for (int j = 0; j <= i; j++) {
                    hessian.add(i, j, part * values[j]);
                }
            }
        }
        for (int i = 0; i < size; i++) {
            gradient[i] += mean[i];
            for (int hit : example.chosen()) {
                gradient[i] -= example.values()[hit][i] / example.chosen().length;
            }
            for (int j = 0; j <= i; j++) {
                hessian.add(i, j, -mean[i] * mean[j]);
            }
        }
    }
}
