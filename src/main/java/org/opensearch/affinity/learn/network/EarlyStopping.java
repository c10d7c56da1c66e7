package org.opensearch.affinity.learn.network;

import org.opensearch.affinity.learn.Factors;
import org.opensearch.affinity.learn.HeldOut;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.RankingMetrics;
import org.opensearch.affinity.learn.layer.NamedArray;

import java.util.List;
import java.util.function.Function;

/**
 * Decides by held-out items when a training ends. With few of them the figure would be chance: then nothing is held out, and the training
 * goes on to the end of its plan.
 *
 * @param training what is learned from
 * @param heldOut  null if the training does not end early
 */
record EarlyStopping(InteractionMatrix training, HeldOut heldOut) {
    private static final int MIN_USERS = 50;

    static EarlyStopping of(InteractionMatrix all, HeldOut heldOut) {
        return heldOut.users().length < MIN_USERS ? new EarlyStopping(all, null) : new EarlyStopping(heldOut.training(), heldOut);
    }

    /** @param metric by user; its mean is the figure */
    Trainer.Figure figure(Function<List<NamedArray>, Factors> model, Function<RankingMetrics, double[]> metric, ParallelFor parallel) {
        return (weights, check) -> heldOut == null
            ? 0
            : RankingMetrics.mean(metric.apply(heldOut.evaluate(model.apply(weights), parallel, check)));
    }
}
