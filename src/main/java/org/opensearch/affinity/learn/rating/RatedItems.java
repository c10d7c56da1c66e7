package org.opensearch.affinity.learn.rating;

/**
 * What somebody rated, in any order.
 *
 * @param items   ordinals
 * @param ratings what he gave, as many as there are items, finite
 */
public record RatedItems(int[] items, float[] ratings) {
    public RatedItems {
        if (items.length != ratings.length) {
            throw new IllegalArgumentException(items.length + " items with " + ratings.length + " ratings");
        }
    }

    public int size() {
        return items.length;
    }
}
