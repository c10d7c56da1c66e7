package org.opensearch.affinity.learn.rating;

import org.opensearch.affinity.learn.CoordinateSearch;
import org.opensearch.affinity.learn.Hyperparameter;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;

import java.util.List;

/**
 * Hyperparameter tuning of {@link RatingFactors}: minimises the RMSE of held-out ratings, by {@link CoordinateSearch}.
 *
 * @param rounds largest number of passes over all hyperparameters, at least 1
 */
public record RatingTuning(List<Hyperparameter<RatingFactors>> hyperparameters, int rounds) {
    /**
     * Returns the best trial, whose value is the negative RMSE.
     *
     * @param start   the method to begin with
     * @param heldOut with at least one held-out rating
     */
    public CoordinateSearch.Trial<RatingFactors> best(
        RatingFactors start,
        HeldOutRatings heldOut,
        ParallelFor parallel,
        ProgressListener progress
    ) {
        double[] given = heldOut.given();
        return new CoordinateSearch<>(hyperparameters, rounds).maximise(start, (method, own) -> {
            RatingModel model = method.learn(heldOut.known(), parallel, own);
            return -RatingError.rmse(heldOut.predicted(model), given);
        }, progress, trial -> {});
    }
}
