package org.opensearch.affinity.learn.candidate;

import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.RowMatrix;

/**
 * Takes rows downhill, each number by steps of about one size whatever its gradients' (Kingma and Ba, "Adam", ICLR'15, algorithm 1).
 * Keeps two numbers for each that it moves.
 */
final class Adam {
    private static final int SLICE = 512;
    private static final double MEAN = 0.9;
    private static final double SQUARE = 0.999;
    private static final double LEAST = 1e-12;

    private final float[][] rows;
    private final float[][] means;
    private final float[][] squares;
    private final ParallelFor crew;
    private int steps;

    /** @param rows what is moved */
    Adam(float[][] rows, ParallelFor crew) {
        this.rows = rows;
        this.crew = crew;
        means = new float[rows.length][RowMatrix.width(rows)];
        squares = new float[rows.length][RowMatrix.width(rows)];
    }

    /** @param rate about how far each number moves */
    void step(float[][] gradient, double rate) {
        steps++;
        double far = rate / (1 - Math.pow(MEAN, steps));
        double square = 1 / (1 - Math.pow(SQUARE, steps));
        crew.share(rows.length, SLICE, ProgressListener.NOBODY, (from, to) -> {
            for (int i = from; i < to; i++) {
                for (int d = 0; d < rows[i].length; d++) {
                    float slope = gradient[i][d];
                    means[i][d] += (float) ((1 - MEAN) * (slope - means[i][d]));
                    squares[i][d] += (float) ((1 - SQUARE) * (slope * slope - squares[i][d]));
                    rows[i][d] -= (float) (far * means[i][d] / (Math.sqrt(square * squares[i][d]) + LEAST));
                }
            }
        });
    }
}
