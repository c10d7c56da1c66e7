package org.opensearch.affinity.learn.rating;

import org.apache.lucene.util.Accountable;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.RamUsageEstimator;
import org.opensearch.affinity.learn.InteractionMatrix;

/**
 * Explicit ratings: an {@link InteractionMatrix} with weights of 1, and a rating for each of its positions. Ratings are not weights,
 * because they may be 0 or negative, and because the weights of repeated interactions are added. Takes twelve bytes per rating.
 * Immutable.
 */
public final class Ratings implements Accountable {
    private final InteractionMatrix interactions;
    private final float[] ratings;
    private final RatingScale scale;

    private Ratings(InteractionMatrix interactions, float[] ratings) {
        this.interactions = interactions;
        this.ratings = ratings;
        scale = RatingScale.of(ratings);
    }

    InteractionMatrix interactions() {
        return interactions;
    }

    /** Returns the rating of the interaction at a position. */
    float rating(int position) {
        return ratings[position];
    }

    public RatingScale scale() {
        return scale;
    }

    public int users() {
        return interactions.users();
    }

    public int items() {
        return interactions.items();
    }

    public int size() {
        return ratings.length;
    }

    /** Returns how many items a user rated. */
    public int size(int user) {
        return interactions.end(user) - interactions.start(user);
    }

    /** Returns the ratings of a user, in the order of time; none for an unknown user. */
    public RatedItems of(int user) {
        int start = user < users() ? interactions.start(user) : 0;
        int size = user < users() ? interactions.end(user) - start : 0;
        int[] rated = new int[size];
        float[] given = new float[size];
        for (int i = 0; i < size; i++) {
            rated[i] = interactions.item(start + i);
            given[i] = ratings[start + i];
        }
        return new RatedItems(rated, given);
    }

    @Override
    public long ramBytesUsed() {
        return interactions.ramBytesUsed() + RamUsageEstimator.sizeOf(ratings);
    }

    /**
     * Collects ratings in order of time; takes 32 bytes per rating until {@link #build}. Of several ratings of one item by one user,
     * the last one counts. Not thread-safe.
     */
    public static final class Builder {
        private final InteractionMatrix.Builder interactions;
        private int size;
        private int[] users = new int[16];
        private int[] items = new int[16];
        private float[] ratings = new float[16];

        /** @param items size of the catalogue, including items without ratings */
        public Builder(int items) {
            interactions = new InteractionMatrix.Builder(items);
        }

        /**
         * Adds a rating.
         *
         * @param rating any finite number
         * @throws IllegalArgumentException if the user, the item or the rating is out of range
         */
        public Builder add(int user, int item, float rating) {
            if (Float.isFinite(rating) == false) {
                throw new IllegalArgumentException("[rating] must be finite, got [" + rating + "]");
            }
            interactions.add(user, item, 1, size);
            users = ArrayUtil.grow(users, size + 1);
            items = ArrayUtil.grow(items, size + 1);
            ratings = ArrayUtil.grow(ratings, size + 1);
            users[size] = user;
            items[size] = item;
            ratings[size++] = rating;
            return this;
        }

        /** Returns the ratings. The builder must not be used afterwards. */
        public Ratings build() {
            InteractionMatrix built = interactions.build();
            return new Ratings(built, byPosition(built));
        }

        /**
         * Returns the last rating of each interaction. A row has its items in the order of their last ratings. So, going back in
         * time, a rating is the last one of its item if the item is at the user's last position that has no rating yet.
         */
        private float[] byPosition(InteractionMatrix built) {
            float[] byPosition = new float[built.size()];
            int[] next = new int[built.users()];
            for (int user = 0; user < next.length; user++) {
                next[user] = built.end(user) - 1;
            }
            for (int i = size - 1; i >= 0; i--) {
                int position = next[users[i]];
                if (position >= built.start(users[i]) && built.item(position) == items[i]) {
                    byPosition[position] = ratings[i];
                    next[users[i]]--;
                }
            }
            return byPosition;
        }
    }
}
