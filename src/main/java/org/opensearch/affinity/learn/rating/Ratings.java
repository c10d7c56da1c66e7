package org.opensearch.affinity.learn.rating;

import org.apache.lucene.util.Accountable;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.RamUsageEstimator;
import org.opensearch.affinity.learn.InteractionMatrix;

/**
 * Who rated what, and how: a {@link InteractionMatrix} of who rated what, in which all count the same, and a rating for each of its places. A
 * log's weights could not be the ratings: these may be 0 or less, and those of one item are not added. Twelve bytes a rating.
 * Immutable.
 */
public final class Ratings implements Accountable {
    private final InteractionMatrix log;
    private final float[] given;
    private final RatingScale scale;

    private Ratings(InteractionMatrix log, float[] given) {
        this.log = log;
        this.given = given;
        scale = RatingScale.of(given);
    }

    /** Who rated what. */
    InteractionMatrix log() {
        return log;
    }

    /** The rating at a place of the log. */
    float given(int place) {
        return given[place];
    }

    public RatingScale scale() {
        return scale;
    }

    public int users() {
        return log.users();
    }

    public int items() {
        return log.items();
    }

    public int size() {
        return given.length;
    }

    /** What a user rated, nothing for a user who is not among them. */
    public RatedItems of(int user) {
        int start = user < users() ? log.start(user) : 0;
        int size = user < users() ? log.end(user) - start : 0;
        int[] items = new int[size];
        float[] ratings = new float[size];
        for (int i = 0; i < size; i++) {
            items[i] = log.item(start + i);
            ratings[i] = given[start + i];
        }
        return new RatedItems(items, ratings);
    }

    @Override
    public long ramBytesUsed() {
        return log.ramBytesUsed() + RamUsageEstimator.sizeOf(given);
    }

    /** Takes ratings in the order of time, 32 bytes each until {@link #build}. Of several by one user for one item the last counts. */
    public static final class Builder {
        private final InteractionMatrix.Builder log;
        private int size;
        private int[] who = new int[16];
        private int[] what = new int[16];
        private float[] ratings = new float[16];

        /** @param items how many items the catalogue has; those that nobody rated count too */
        public Builder(int items) {
            log = new InteractionMatrix.Builder(items);
        }

        /**
         * @param rating any finite number
         * @throws IllegalArgumentException when the user is below 0, the item is not in the catalogue, or the rating is not finite
         */
        public Builder add(int user, int item, float rating) {
            if (Float.isFinite(rating) == false) {
                throw new IllegalArgumentException("a rating must be finite, got " + rating);
            }
            log.add(user, item, 1, size);
            who = ArrayUtil.grow(who, size + 1);
            what = ArrayUtil.grow(what, size + 1);
            ratings = ArrayUtil.grow(ratings, size + 1);
            who[size] = user;
            what[size] = item;
            ratings[size++] = rating;
            return this;
        }

        /** The builder is of no use afterwards. */
        public Ratings build() {
            InteractionMatrix built = log.build();
            return new Ratings(built, byPlace(built));
        }

        /**
         * The log has each user's items in the order of their last ratings. So going back in time, the next place of his that has
         * none yet is that of the next item which did not come later too.
         */
        private float[] byPlace(InteractionMatrix built) {
            float[] given = new float[built.size()];
            int[] next = new int[built.users()];
            for (int user = 0; user < next.length; user++) {
                next[user] = built.end(user) - 1;
            }
            for (int i = size - 1; i >= 0; i--) {
                int place = next[who[i]];
                if (place >= built.start(who[i]) && built.item(place) == what[i]) {
                    given[place] = ratings[i];
                    next[who[i]]--;
                }
            }
            return given;
        }
    }
}
