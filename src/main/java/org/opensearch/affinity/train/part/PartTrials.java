package org.opensearch.affinity.train.part;

import org.opensearch.affinity.learn.CoordinateSearch;
import org.opensearch.affinity.learn.CoordinateSearch.Trial;
import org.opensearch.affinity.learn.HeldOut;
import org.opensearch.affinity.learn.Hyperparameter;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.RankingMetrics;
import org.opensearch.affinity.learn.Tuning;
import org.opensearch.affinity.learn.factor.FactorMethod;
import org.opensearch.affinity.learn.network.NetworkInputs;
import org.opensearch.affinity.learn.network.NetworkMethod;

import java.util.List;
import java.util.function.DoubleSupplier;

/**
 * What hyperparameters of a part are chosen with.
 *
 * @param sample   the held-out items, which the better method ranks higher
 * @param networks for parts that are networks
 */
public record PartTrials(HeldOut sample, NetworkInputs networks, ParallelFor parallel, ProgressListener progress) {
    /** Returns the best method, and its NDCG@10. */
    <M extends FactorMethod> Trial<M> best(M start, List<Hyperparameter<M>> hyperparameters) {
        Tuning<M> tuning = new Tuning<>(hyperparameters, metrics -> RankingMetrics.mean(metrics.ndcg10()), 1);
        CoordinateSearch<M> search = new CoordinateSearch<>(hyperparameters, 1);
        return search.maximise(start, (method, own) -> {
            DoubleSupplier ndcg = () -> tuning.figure(method, sample, parallel, own);
            // Trials of other methods are short.
            return method instanceof NetworkMethod
                ? networks.journal().figure(NetworkMethod.key(method.toString(), sample.training()), ndcg)
                : ndcg.getAsDouble();
        }, progress, trial -> {});
    }

    /** Returns the best method; without hyperparameters it is the given one, and nothing is tried. */
    <M extends FactorMethod> M bestMethod(M start, List<Hyperparameter<M>> hyperparameters) {
        return hyperparameters.isEmpty() ? start : best(start, hyperparameters).method();
    }

    /** Returns the same for a part of the progress. */
    PartTrials part(double from, double to) {
        return with(progress.part(from, to));
    }

    PartTrials with(ProgressListener other) {
        return new PartTrials(sample, networks, parallel, other);
    }
}
