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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    private final Map<String, String> leftOut = new LinkedHashMap<>();
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
        if (requested.parts().isEmpty()) {
            return List.of();
        }
        if (requested.auto() && learnsWeights == false) {
            return leaveOut("no judged queries show whether it helps");
        }
        try {
            reserve(matrix, requested.parts().size());
        } catch (CircuitBreakingException e) {
            if (requested.auto()) {
                return leaveOut("the circuit breaker [request] has no room for it");
            }
            throw e;
        }
        HeldOut sample = samples.get();
        List<PartMethod> methods = new ArrayList<>();
        for (VectorPart part : requested.parts()) {
            methods.add(
                sample.users().length < Training.MIN_TUNING_USERS
                    ? new PartMethod(part, part.standard(matrix))
                    : PartMethod.tuned(part, matrix, sample, resources.parallel(), resources.task().begin("tuning " + part.signal()))
            );
        }
        return methods;
    }

    private List<PartMethod> leaveOut(String reason) {
        requested.parts().forEach(part -> leftOut.put(part.signal(), reason));
        return List.of();
    }

    /** Why parts that {@code auto} asks for are not in the model, by name, in words. */
    Map<String, String> leftOut() {
        return leftOut;
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
        List<String> dispensable = fusion.leftOut().stream().map(names::get).toList();
        for (PartMethod part : parts) {
            String name = part.part().signal();
            if (names.contains(name) == false) {
                leftOut.put(name, "it is not among [signals]");
            } else if (dispensable.contains(name)) {
                leftOut.put(name, fusion.accepted() ? "held-back queries lose nothing without it" : "no weights were learned");
            }
        }
        return parts.stream().filter(part -> leftOut.containsKey(part.part().signal()) == false).toList();
    }

    @Override
    public void close() {
        resources.breaker().addWithoutBreaking(-reservedBytes);
        reservedBytes = 0;
    }
}
