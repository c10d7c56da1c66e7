package org.opensearch.affinity.learn.rating;

import org.opensearch.affinity.learn.Regularisation;

/**
 * Makes the row of a user of ratings: the row that {@link RatingFactors} would learn of them with the items' rows fixed. A row is a bias
 * and a vector, in standard deviations of the ratings. Immutable and thread-safe.
 *
 * @param scale   of the ratings that the items' rows were learned from
 * @param width   number of elements of a row, at least 1
 * @param damping of the bias, as a number of ratings of the mean
 */
public record RatingEncoder(RatingScale scale, int width, double damping, Regularisation regularisation) {
    /**
     * Returns the row of a user; zeros without ratings.
     *
     * @param items   rows of the rated items
     * @param ratings of these items, in the unit of the ratings
     * @throws IllegalArgumentException if the arrays differ in length
     */
    public float[] user(float[][] items, float[] ratings) {
        if (items.length != ratings.length) {
            throw new IllegalArgumentException(
                "items and ratings must have one length, got [" + items.length + "] items and [" + ratings.length + "] ratings"
            );
        }
        RatingEquations equations = new RatingEquations(width, damping, regularisation);
        equations.begin(ratings.length);
        for (int i = 0; i < ratings.length; i++) {
            equations.add(scale.standardScore(ratings[i]), items[i]);
        }
        float[] row = new float[width];
        equations.solve(row);
        return row;
    }
}
