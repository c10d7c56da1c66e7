package org.opensearch.affinity.learn.candidate;

import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.RowMatrix;

/**
 * Stochastic gradient descent with adaptive step sizes (Kingma and Ba, "Adam", ICLR'15, algorithm 1). Takes eight bytes per
 * parameter. Not thread-safe; {@code ./bench learn} measures it, no training serves it yet.
 */
final class Adam {
    private static final int ROWS_PER_CHUNK = 512;
    /** β₁ and β₂ of the paper. */
    private static final double MEAN_DECAY = 0.9;
    private static final double SQUARE_DECAY = 0.999;
    private static final double EPSILON = 1e-12;

    private final float[][] rows;
    private final float[][] means;
    private final float[][] squares;
    private final ParallelFor parallel;
    private int steps;

    /** @param rows the parameters, which each step changes */
    Adam(float[][] rows, ParallelFor parallel) {
        this.rows = rows;
        this.parallel = parallel;
        means = new float[rows.length][RowMatrix.width(rows)];
        squares = new float[rows.length][RowMatrix.width(rows)];
    }

    /**
     * Changes the parameters by one step.
     *
     * @param gradient of the loss by the parameters, of the same shape
     * @param rate     about the change of each parameter
     */
    void step(float[][] gradient, double rate) {
        steps++;
        double correctedRate = rate / (1 - Math.pow(MEAN_DECAY, steps));
        double squareCorrection = 1 / (1 - Math.pow(SQUARE_DECAY, steps));
        parallel.run(rows.length, ROWS_PER_CHUNK, ProgressListener.NONE, (from, to) -> {
            for (int i = from; i < to; i++) {
                for (int d = 0; d < rows[i].length; d++) {
                    float slope = gradient[i][d];
                    means[i][d] += (float) ((1 - MEAN_DECAY) * (slope - means[i][d]));
                    squares[i][d] += (float) ((1 - SQUARE_DECAY) * (slope * slope - squares[i][d]));
                    rows[i][d] -= (float) (correctedRate * means[i][d] / (Math.sqrt(squareCorrection * squares[i][d]) + EPSILON));
                }
            }
        });
    }
}
