package org.opensearch.affinity.learn.network;

import org.opensearch.affinity.learn.Factors;
import org.opensearch.affinity.learn.HeldOut;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.RankingMetrics;
import org.opensearch.affinity.learn.layer.NamedArray;

import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * How a network that encodes histories is trained: anew, or from an earlier one, until held-out items are not ranked higher any more. With
 * few of them the figure would be chance: then nothing is held out, and the training goes on to the end of its plan.
 *
 * @param method its name and settings
 * @param plan   of a network that is learned anew
 */
record NetworkTraining(
    String method,
    NetworkInputs inputs,
    TrainingPlan plan,
    InteractionMatrix interactions,
    ParallelFor parallel,
    ProgressListener progress
) {
    private static final int MIN_HELD_OUT_USERS = 50;

    Catalogue catalogue() {
        return Catalogue.of(interactions, inputs.contents());
    }

    /** Returns the users of whom items may be held out: what an earlier network has learned already says nothing. */
    BitSet mayBeHeldOut() {
        return inputs.earlier() == null ? everyone() : inputs.earlier().users();
    }

    private BitSet everyone() {
        BitSet users = new BitSet();
        users.set(0, interactions.users());
        return users;
    }

    /**
     * Trains a network.
     *
     * @param heldOut decides when the training ends
     * @param batches of the interactions to learn from and of some users
     * @param model   of weights
     * @param metric  whose mean is to rise on the held-out items
     */
    Factors run(
        Network network,
        HeldOut heldOut,
        BiFunction<InteractionMatrix, BitSet, MiniBatches> batches,
        Function<List<NamedArray>, Factors> model,
        Function<RankingMetrics, double[]> metric
    ) {
        boolean mayEndEarly = heldOut.users().length >= MIN_HELD_OUT_USERS;
        Trainer.Figure figure = (weights, check) -> mayEndEarly
            ? RankingMetrics.mean(metric.apply(heldOut.evaluate(model.apply(weights), parallel, check)))
            : 0;
        EarlierNetwork earlier = inputs.earlier();
        SplittableRandom random = new SplittableRandom(plan.seed());
        List<NamedArray> first = earlier == null ? network.initial(random) : earlier.initial(network, random);
        // An earlier network may be better than all that follows.
        double firstFigure = earlier == null ? Double.NEGATIVE_INFINITY : figure.of(first, part -> progress.at(0));
        MiniBatches examples = batches.apply(
            mayEndEarly ? heldOut.training() : interactions,
            earlier == null ? everyone() : earlier.users(interactions.users(), new SplittableRandom(plan.seed()))
        );
        Trainer trainer = new Trainer(inputs.device(), network, earlier == null ? plan : earlier.plan(plan));
        // To continue an earlier network is short, and begins with that network.
        NetworkInputs.Journal journal = earlier == null ? inputs.journal() : NetworkInputs.Journal.NONE;
        Checkpoint end = journal.train(
            NetworkMethod.key(method, interactions),
            Checkpoint.initial(first, firstFigure),
            (state, onEpoch) -> trainer.train(state, examples, figure, onEpoch, progress)
        );
        return model.apply(end.best());
    }
}
