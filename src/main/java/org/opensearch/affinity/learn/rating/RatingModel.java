package org.opensearch.affinity.learn.rating;

import org.apache.lucene.util.Accountable;
import org.opensearch.affinity.learn.Regularisation;
import org.opensearch.affinity.learn.RowMatrix;

/**
 * Predicts ratings: {@code mean + deviation · (b_u + b_i + w_u · h_i)}, clamped to the range of the ratings that were learned from.
 * Users and items without ratings have bias and vector 0. Immutable and thread-safe. {@code ./bench learn} measures it; no training
 * serves it yet.
 */
public final class RatingModel implements Accountable {
    private final RatingScale scale;
    private final float[][] items;
    private final int width;
    private final double damping;
    private final Regularisation regularisation;

    /** @param items rows of a bias and a vector, {@code width} elements; kept, not copied */
    RatingModel(RatingScale scale, float[][] items, int width, double damping, Regularisation regularisation) {
        this.scale = scale;
        this.items = items;
        this.width = width;
        this.damping = damping;
        this.regularisation = regularisation;
    }

    public RatingScale scale() {
        return scale;
    }

    /** Returns the number of items of the catalogue. */
    public int items() {
        return items.length;
    }

    /** Returns the row of an item, a bias and a vector in standard deviations, which callers must not change. */
    float[] item(int item) {
        return items[item];
    }

    /** Returns an item's bias, in the unit of the ratings. */
    public double bias(int item) {
        return scale.deviation() * items[item][0];
    }

    /**
     * Returns the row of a user, a bias and a vector in standard deviations: the row that learning would make of these ratings with
     * the items' rows fixed. Zeros without ratings.
     *
     * @param rated items of this catalogue
     */
    public float[] user(RatedItems rated) {
        RatingEquations equations = new RatingEquations(width, damping, regularisation);
        equations.begin(rated.size());
        for (int i = 0; i < rated.size(); i++) {
            equations.add(scale.standardScore(rated.ratings()[i]), items[rated.items()[i]]);
        }
        float[] row = new float[width];
        equations.solve(row);
        return row;
    }

    /**
     * Returns a predicted rating, in the unit of the ratings.
     *
     * @param user a row that {@link #user} returned
     */
    public double predict(float[] user, int item) {
        float[] other = items[item];
        double standardScore = user[0] + other[0];
        for (int d = 1; d < width; d++) {
            standardScore += user[d] * other[d];
        }
        return scale.rating(standardScore);
    }

    @Override
    public long ramBytesUsed() {
        return RowMatrix.bytes(items);
    }
}
