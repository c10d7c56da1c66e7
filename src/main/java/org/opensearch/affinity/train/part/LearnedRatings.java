package org.opensearch.affinity.train.part;

import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.rating.RatingModel;
import org.opensearch.affinity.learn.rating.RatingScale;
import org.opensearch.affinity.learn.rating.Ratings;
import org.opensearch.affinity.model.ModelIndex;
import org.opensearch.affinity.model.RatingPart;

import java.util.Map;

/**
 * The learned part {@code ratings} of a model. Immutable.
 *
 * @param size number of ratings that it was learned from
 */
public record LearnedRatings(RatingMethod method, RatingModel model, int size) {
    /** Learns the part. */
    public static LearnedRatings learn(RatingMethod method, Ratings ratings, ParallelFor parallel, ProgressListener progress) {
        return new LearnedRatings(method, method.factors().learn(ratings, parallel, progress), ratings.size());
    }

    /** Returns how a user's row is made. */
    public RatingPart encoder() {
        return new RatingPart(model.encoder());
    }

    /** Returns the row of an item. */
    public ModelIndex.ItemVector vector(int item) {
        return new ModelIndex.ItemVector(model.item(item), 1);
    }

    Map<String, Object> describe() {
        Map<String, Object> described = method.settings();
        RatingScale scale = model.scale();
        described.put("ratings", size);
        described.put("mean", scale.mean());
        described.put("deviation", scale.deviation());
        described.put("min", scale.min());
        described.put("max", scale.max());
        return described;
    }
}
