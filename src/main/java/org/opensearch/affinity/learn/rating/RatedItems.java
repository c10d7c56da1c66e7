package org.opensearch.affinity.learn.rating;

/**
 * The items that a user rated, in any order.
 *
 * @param items   ordinals
 * @param ratings of the items, finite
 */
public record RatedItems(int[] items, float[] ratings) {
    /** @throws IllegalArgumentException if the arrays differ in length */
    public RatedItems {
        if (items.length != ratings.length) {
            throw new IllegalArgumentException(
                "items and ratings must have one length, got [" + items.length + "] items and [" + ratings.length + "] ratings"
            );
        }
    }

    public int size() {
        return items.length;
    }
}
