package org.opensearch.affinity.learn.rating;

import org.apache.lucene.util.Accountable;
import org.opensearch.affinity.learn.Regularisation;
import org.opensearch.affinity.learn.RowMatrix;

/**
 * Predicts what somebody would rate an item: {@code mean + deviation · (b_u + b_i + w_u · h_i)}, never below the least nor above the
 * most that was given. What is not known adds nothing: somebody who rated nothing gets the item's bias, an item that nobody rated
 * the user's, both together the mean. Immutable; any thread may use it.
 */
public final class RatingModel implements Accountable {
    private final RatingScale scale;
    private final float[][] items;
    private final int width;
    private final double damping;
    private final Regularisation regularisation;

    /** @param items rows of a bias and a vector, {@code width} numbers; kept, not copied */
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

    /** How many items the catalogue has. */
    public int items() {
        return items.length;
    }

    /** The row of an item, a bias and a vector in standard deviations; not to be written into. */
    float[] item(int item) {
        return items[item];
    }

    /** An item's bias, in the unit of ratings. */
    public double bias(int item) {
        return scale.deviation() * items[item][0];
    }

    /**
     * The row of a user, a bias and a vector in standard deviations: what learning would have made of these ratings, with the items
     * as they are. Zeros where there are none.
     *
     * @param rated items of this catalogue
     */
    public float[] user(RatedItems rated) {
        RatingEquations equations = new RatingEquations(width, damping, regularisation);
        equations.begin(rated.size());
        for (int i = 0; i < rated.size(); i++) {
            equations.add(scale.standard(rated.ratings()[i]), items[rated.items()[i]]);
        }
        float[] row = new float[width];
        equations.solve(row);
        return row;
    }

    /**
     * The rating, in the unit of ratings.
     *
     * @param user as {@link #user} makes it
     */
    public double predict(float[] user, int item) {
        float[] other = items[item];
        double standard = user[0] + other[0];
        for (int d = 1; d < width; d++) {
            standard += user[d] * other[d];
        }
        return scale.rating(standard);
    }

    @Override
    public long ramBytesUsed() {
        return RowMatrix.bytes(items);
    }
}
