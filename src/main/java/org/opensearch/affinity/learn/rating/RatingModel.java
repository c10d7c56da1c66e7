package org.opensearch.affinity.learn.rating;

import org.apache.lucene.util.Accountable;
import org.opensearch.affinity.learn.RowMatrix;

import java.util.Arrays;

/**
 * Predicts ratings: {@code mean + deviation · (b_u + b_i + w_u · h_i)}, clamped to the range of the ratings that were learned from.
 * Users and items without ratings have bias and vector 0. Immutable and thread-safe.
 */
public final class RatingModel implements Accountable {
    private final RatingEncoder encoder;
    private final float[][] items;

    /** @param items rows of a bias and a vector; kept, not copied */
    RatingModel(RatingEncoder encoder, float[][] items) {
        this.encoder = encoder;
        this.items = items;
    }

    /** Returns how rows of users are made. */
    public RatingEncoder encoder() {
        return encoder;
    }

    public RatingScale scale() {
        return encoder.scale();
    }

    /** Returns the number of items of the catalogue. */
    public int items() {
        return items.length;
    }

    /** Returns the row of an item, a bias and a vector in standard deviations, which callers must not change. */
    public float[] item(int item) {
        return items[item];
    }

    /** Returns an item's bias, in the unit of the ratings. */
    public double bias(int item) {
        return scale().deviation() * items[item][0];
    }

    /**
     * Returns the row of a user, see {@link RatingEncoder#user}.
     *
     * @param rated items of this catalogue
     */
    public float[] user(RatedItems rated) {
        return encoder.user(Arrays.stream(rated.items()).mapToObj(this::item).toArray(float[][]::new), rated.ratings());
    }

    /**
     * Returns a predicted rating, in the unit of the ratings.
     *
     * @param user a row that {@link #user} returned
     */
    public double predict(float[] user, int item) {
        float[] other = items[item];
        double standardScore = user[0] + other[0];
        for (int d = 1; d < user.length; d++) {
            standardScore += user[d] * other[d];
        }
        return scale().rating(standardScore);
    }

    @Override
    public long ramBytesUsed() {
        return RowMatrix.bytes(items);
    }
}
