package org.opensearch.affinity.learn;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/**
 * Finds the settings of a method that fit a log, on a held-out part of it, by {@link CoordinateSearch}.
 *
 * @param figure what should be large
 * @param rounds how often all dials are turned, at least 1
 */
public record Tuning<M extends LearningMethod>(List<Hyperparameter<M>> dials, ToDoubleFunction<RankingMetrics> figure, int rounds) {
    /**
     * @param start where the dials stand before
     * @param heard is told of each trial as it is made
     */
    public CoordinateSearch.Trial<M> best(M start, HeldOut held, ParallelFor crew, ProgressListener watch, Consumer<CoordinateSearch.Trial<M>> heard) {
        return new CoordinateSearch<>(dials, rounds).best(start, (method, now) -> figure(method, held, crew, now), watch, heard);
    }

    private double figure(M method, HeldOut held, ParallelFor crew, ProgressListener watch) {
        InterestModel model = method.learn(held.log(), crew, watch.part(0, 0.7));
        return figure.applyAsDouble(held.judge(model, crew, watch.part(0.7, 1)));
    }
}
