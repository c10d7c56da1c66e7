package org.opensearch.affinity.train;

import org.opensearch.affinity.learn.HeldOut;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.train.fusion.FusionLearner;
import org.opensearch.affinity.train.part.PartMethod;
import org.opensearch.affinity.train.part.RequestedParts;
import org.opensearch.affinity.train.part.VectorPart;
import org.opensearch.common.lease.Releasable;
import org.opensearch.core.common.breaker.CircuitBreakingException;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Decides which parts with item vectors a model gets, and with which hyperparameters. Accounts for the memory of learning them until it is
 * closed. Calls block. Not thread-safe.
 */
final class PartTraining implements Releasable {
    private final TrainingResources resources;
    private final RequestedParts requested;
    private final ReusedModel reused;
    private final boolean learnsWeights;
    private long reservedBytes;

    /**
     * @param reused        the model whose parts are learned again with their settings; null for none
     * @param learnsWeights whether weights are learned; without them no part can be shown to help
     */
    PartTraining(TrainingResources resources, RequestedParts requested, ReusedModel reused, boolean learnsWeights) {
        this.resources = resources;
        this.requested = requested;
        this.reused = reused;
        this.learnsWeights = learnsWeights;
    }

    /**
     * Returns the parts to learn.
     *
     * @param samples gives the held-out items that hyperparameters are chosen by
     * @throws CircuitBreakingException (429) if the node has too little memory for parts that were named
     */
    List<PartMethod> methods(InteractionMatrix matrix, Supplier<HeldOut> samples) {
        if (reused != null) {
            reserve(matrix, reused.parts().size());
            return reused.parts();
        }
        List<VectorPart> parts = requested.auto() && learnsWeights == false ? List.of() : requested.parts();
        try {
            reserve(matrix, parts.size());
        } catch (CircuitBreakingException e) {
            if (requested.auto()) {
                return List.of();
            }
            throw e;
        }
        if (parts.isEmpty()) {
            return List.of();
        }
        HeldOut sample = samples.get();
        List<PartMethod> methods = new ArrayList<>();
        for (VectorPart part : parts) {
            methods.add(
                sample.users().length < Training.MIN_TUNING_USERS
                    ? new PartMethod(part, part.standard(matrix))
                    : PartMethod.tuned(part, matrix, sample, resources.parallel(), resources.task().begin("tuning " + part.signal()))
            );
        }
        return methods;
    }

    private void reserve(InteractionMatrix matrix, int parts) {
        long bytes = parts * PartMethod.bytes(matrix);
        resources.breaker().addEstimateBytesAndMaybeBreak(bytes, "training a model");
        reservedBytes += bytes;
    }

    /**
     * Returns the parts that the model keeps: all that were named or reused, and of others those that have learned weights.
     *
     * @param fusion null if no weights were learned
     * @param names  of the signals that the fusion's indices are of
     */
    List<PartMethod> kept(List<PartMethod> parts, FusionLearner.Result fusion, List<String> names) {
        if (reused != null || requested.auto() == false || fusion == null) {
            return parts;
        }
        List<String> weighed = new ArrayList<>(names);
        weighed.removeAll(fusion.leftOut().stream().map(names::get).toList());
        return parts.stream().filter(part -> weighed.contains(part.part().signal())).toList();
    }

    @Override
    public void close() {
        resources.breaker().addWithoutBreaking(-reservedBytes);
        reservedBytes = 0;
    }
}
