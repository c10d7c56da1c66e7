package org.opensearch.affinity.learn;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/**
 * Hyperparameter tuning: learns from the training interactions of a {@link HeldOut} and maximises a metric of its held-out items,
 * by {@link CoordinateSearch}.
 *
 * @param metric to maximise
 * @param rounds largest number of passes over all hyperparameters, at least 1
 */
public record Tuning<M extends LearningMethod>(
    List<Hyperparameter<M>> hyperparameters,
    ToDoubleFunction<RankingMetrics> metric,
    int rounds
) {
    /** Of one trial; the rest is evaluation. */
    private static final double LEARNING_FRACTION = 0.7;

    /**
     * Returns the best trial.
     *
     * @param start   the method to begin with
     * @param onTrial called after each trial
     */
    public CoordinateSearch.Trial<M> best(
        M start,
        HeldOut heldOut,
        ParallelFor parallel,
        ProgressListener progress,
        Consumer<CoordinateSearch.Trial<M>> onTrial
    ) {
        CoordinateSearch<M> search = new CoordinateSearch<>(hyperparameters, rounds);
        return search.maximise(start, (method, own) -> figure(method, heldOut, parallel, own), progress, onTrial);
    }

    /** Learns from the training interactions, and returns the metric of the held-out items. */
    public double figure(M method, HeldOut heldOut, ParallelFor parallel, ProgressListener progress) {
        InterestModel model = method.learn(heldOut.training(), parallel, progress.part(0, LEARNING_FRACTION));
        return metric.applyAsDouble(heldOut.evaluate(model, parallel, progress.part(LEARNING_FRACTION, 1)));
    }
}
