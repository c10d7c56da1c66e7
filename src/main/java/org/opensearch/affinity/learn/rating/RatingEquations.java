package org.opensearch.affinity.learn.rating;

import org.opensearch.affinity.learn.NormalEquations;
import org.opensearch.affinity.learn.Regularisation;
import org.opensearch.affinity.learn.RowMatrix;

/**
 * Solves for the row of one side of a rating model, a bias and then a vector, with the rows of the other side as they are. For one
 * thread.
 */
final class RatingEquations {
    private final NormalEquations normal;
    private final Regularisation regularisation;
    private final float[] features;

    /**
     * @param width   numbers of a row
     * @param damping how many ratings of the mean a row's bias is held back by
     */
    RatingEquations(int width, double damping, Regularisation regularisation) {
        float[][] base = RowMatrix.triangle(width);
        base[0][0] = (float) damping;
        normal = new NormalEquations(base);
        this.regularisation = regularisation;
        features = new float[width];
    }

    /** Begins with the next row, which has so many ratings. */
    void begin(int ratings) {
        normal.begin(regularisation.lambda(ratings, 0));
    }

    /** One of its ratings, in standard deviations from the mean, and the row of the other side. */
    void add(double standard, float[] other) {
        System.arraycopy(other, 0, features, 0, features.length);
        features[0] = 1;
        normal.add(1, (float) (standard - other[0]), features);
    }

    /** Writes the row, zeros if it has no ratings. */
    void solve(float[] into) {
        normal.solve(into);
    }
}
