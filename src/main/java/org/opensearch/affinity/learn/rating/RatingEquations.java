package org.opensearch.affinity.learn.rating;

import org.opensearch.affinity.learn.NormalEquations;
import org.opensearch.affinity.learn.Regularisation;
import org.opensearch.affinity.learn.RowMatrix;

/**
 * Solves for a user's row of a rating model with the items' rows fixed, or the other way round. A row is a bias followed by a
 * vector. Not thread-safe.
 */
final class RatingEquations {
    private final NormalEquations normal;
    private final Regularisation regularisation;
    private final float[] features;

    /**
     * @param width   number of elements of a row
     * @param damping of the bias, as a number of ratings of the mean
     */
    RatingEquations(int width, double damping, Regularisation regularisation) {
        float[][] base = RowMatrix.triangle(width);
        base[0][0] = (float) damping;
        normal = new NormalEquations(base);
        this.regularisation = regularisation;
        features = new float[width];
    }

    /** Begins the equations of the next row. */
    void begin(int ratings) {
        normal.begin(regularisation.lambda(ratings, 0));
    }

    /**
     * Adds a rating.
     *
     * @param standardScore the rating in standard deviations from the mean
     * @param other         the fixed row of the rating's other side
     */
    void add(double standardScore, float[] other) {
        System.arraycopy(other, 0, features, 0, features.length);
        features[0] = 1;
        normal.add(1, (float) (standardScore - other[0]), features);
    }

    /** Writes the row; zeros if it has no ratings. */
    void solve(float[] into) {
        normal.solve(into);
    }
}
