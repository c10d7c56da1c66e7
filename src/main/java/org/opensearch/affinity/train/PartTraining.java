package org.opensearch.affinity.train;

import ai.djl.pytorch.engine.PtNDManager;
import org.opensearch.OpenSearchStatusException;
import org.opensearch.affinity.learn.HeldOut;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.network.NetworkInputs;
import org.opensearch.affinity.learn.network.NetworkMethod;
import org.opensearch.affinity.learn.rating.Ratings;
import org.opensearch.affinity.tracker.Signal;
import org.opensearch.affinity.train.part.PartMethod;
import org.opensearch.affinity.train.part.PartTrials;
import org.opensearch.affinity.train.part.RatingMethod;
import org.opensearch.affinity.train.part.RequestedParts;
import org.opensearch.affinity.train.part.VectorPart;
import org.opensearch.common.lease.Releasable;
import org.opensearch.core.common.breaker.CircuitBreakingException;
import org.opensearch.core.rest.RestStatus;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToLongFunction;
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
    private final NetworkInputs.Journal journal;
    private final Map<String, String> leftOut = new LinkedHashMap<>();
    private long reservedBytes;

    /**
     * @param reused        the model whose parts are learned again with their settings; null for none
     * @param learnsWeights whether weights are learned; without them no part can be shown to help
     * @param journal       keeps trials of networks
     */
    PartTraining(
        TrainingResources resources,
        RequestedParts requested,
        ReusedModel reused,
        boolean learnsWeights,
        NetworkInputs.Journal journal
    ) {
        this.resources = resources;
        this.requested = requested;
        this.reused = reused;
        this.learnsWeights = learnsWeights;
        this.journal = journal;
    }

    /**
     * Returns the parts to learn.
     *
     * @param contents of items, see {@link NetworkInputs}
     * @param samples  gives the held-out items that hyperparameters are chosen by
     * @throws CircuitBreakingException (429) if the node has too little memory for parts that were named
     */
    List<PartMethod> methods(InteractionMatrix matrix, float[][] contents, Supplier<HeldOut> samples) {
        if (reused != null) {
            String missing = reused.parts().stream().anyMatch(PartMethod::needsLibtorch) ? missingLibtorch() : null;
            for (PartMethod method : reused.parts()) {
                if (missing != null && method.needsLibtorch()) {
                    throw withoutLibtorch(method.part(), missing);
                }
                int dimension = method.method().dimension();
                boolean continues = reused.continued() != null && method.part().isNetwork();
                long earlierRows = continues ? (long) Float.BYTES * dimension * matrix.items() : 0;
                reserve(method.part().bytes(method.method(), matrix) + earlierRows);
            }
            return reused.parts();
        }
        if (requested.parts().isEmpty()) {
            return List.of();
        }
        if (requested.auto() && learnsWeights == false) {
            return leaveOut("no judged queries show whether it helps");
        }
        HeldOut sample = samples.get();
        // Nothing is loaded for parts that never need it: two plugins cannot have their own libtorch in one node.
        boolean mayNeedLibtorch = requested.parts().stream().anyMatch(part -> part.mayNeedLibtorch(requested.settings()));
        String missing = mayNeedLibtorch ? missingLibtorch() : null;
        NetworkInputs networks = mayNeedLibtorch && missing == null ? new NetworkInputs(resources.device(), contents).with(journal) : null;
        List<PartMethod> methods = new ArrayList<>();
        for (VectorPart part : requested.parts()) {
            if (missing != null && part.needsLibtorch(requested.settings())) {
                leaveOutNetwork(part, missing);
                continue;
            }
            try {
                int[] dimensions = part.dimensions(requested.settings(), matrix);
                methods.add(method(part, reserved(dimensions, dimension -> part.bytes(requested.settings(), matrix, dimension)), sample, networks));
            } catch (CircuitBreakingException e) {
                leaveOut(part.signal(), e);
            } catch (NetworkMethod.DivergedException e) {
                leaveOut(part, e);
            }
        }
        return methods;
    }

    /** Leaves out a part that cannot be learned, unless it was named: then throws what it is given. */
    void leaveOut(VectorPart part, NetworkMethod.DivergedException e) {
        if (requested.auto() == false || reused != null) {
            throw e;
        }
        leftOut.put(part.signal(), e.getMessage());
    }

    private void leaveOutNetwork(VectorPart part, String missing) {
        if (requested.auto() == false) {
            throw withoutLibtorch(part, missing);
        }
        leftOut.put(part.signal(), "it learns on libtorch: " + missing);
    }

    private static OpenSearchStatusException withoutLibtorch(VectorPart part, String missing) {
        return new OpenSearchStatusException(
            "[affinity] part [{}] learns on libtorch: {}; leave it out, or train on another node",
            RestStatus.SERVICE_UNAVAILABLE,
            part.signal(),
            missing
        );
    }

    /** Returns why no network can learn here; null if one can. */
    private String missingLibtorch() {
        try (PtNDManager manager = resources.device().newManager()) {
            return null;
        } catch (IllegalStateException e) {
            return e.getMessage();
        }
    }

    /**
     * Returns how the part {@code ratings} is learned; null for a model without it.
     *
     * @param filter selects the interactions that hyperparameters are chosen by
     * @throws IllegalArgumentException (400) if the part was named and the log has no ratings
     * @throws CircuitBreakingException (429) if the node has too little memory for the part, and it was named
     */
    RatingMethod ratings(Interactions interactions, Interactions.Filter filter) {
        int rated = interactions.rated();
        int items = interactions.items().size();
        IntToLongFunction bytes = dimension -> RatingMethod.bytes(rated, interactions.users(), items, dimension);
        if (reused != null) {
            if (reused.ratings() != null) {
                reserve(bytes.applyAsLong(reused.ratings().factors().dimension()));
            }
            return reused.ratings();
        }
        if (requested.ratings() == false || leftOut.containsKey(Signal.RATINGS)) {
            return null;
        }
        if (rated == 0 && requested.auto()) {
            leftOut.put(Signal.RATINGS, RatingMethod.TOO_FEW);
            return null;
        }
        if (rated == 0) {
            throw new IllegalArgumentException(
                "[parts] names [" + Signal.RATINGS + "], but no event of the log has a rating, a number in the tracker's [events.fields.rating]"
            );
        }
        try {
            int[] dimensions = reserved(RatingMethod.dimensions(requested.settings()), bytes);
            Ratings ratings = interactions.ratings(filter);
            String lacking = requested.auto() ? RatingMethod.lacking(ratings) : null;
            if (lacking == null) {
                ProgressListener progress = resources.task().begin("tuning " + Signal.RATINGS);
                return RatingMethod.tuned(requested.settings(), dimensions, ratings, Training.SEED, resources.parallel(), progress);
            }
            leftOut.put(Signal.RATINGS, lacking);
        } catch (CircuitBreakingException e) {
            leaveOut(Signal.RATINGS, e);
        }
        return null;
    }

    /** Leaves out a part that there is no room for, unless it was named. */
    private void leaveOut(String signal, CircuitBreakingException e) {
        if (requested.auto() == false) {
            throw e;
        }
        leftOut.put(signal, "the circuit breaker [request] has no room for it");
    }

    private PartMethod method(VectorPart part, int[] dimensions, HeldOut sample, NetworkInputs networks) {
        if (sample.users().length < Training.MIN_TUNING_USERS) {
            return PartMethod.standard(part, requested.settings(), dimensions);
        }
        ProgressListener progress = resources.task().begin("tuning " + part.signal());
        return PartMethod.tuned(part, requested.settings(), dimensions, new PartTrials(sample, networks, resources.parallel(), progress));
    }

    /**
     * Reserves heap for learning a part, with as many dimensions as leave half of the breaker free, which searches need too. Returns the
     * dimensions to choose from.
     *
     * @param dimensions ascending
     * @param bytes      that learning takes, by dimension
     * @throws CircuitBreakingException if there is no room for the fewest
     */
    private int[] reserved(int[] dimensions, IntToLongFunction bytes) {
        int size = dimensions.length;
        while (size > 1 && leavesHalf(bytes.applyAsLong(dimensions[size - 1])) == false) {
            size--;
        }
        reserve(bytes.applyAsLong(dimensions[size - 1]));
        return Arrays.copyOf(dimensions, size);
    }

    private boolean leavesHalf(long bytes) {
        long limit = resources.breaker().getLimit();
        return limit < 0 || resources.breaker().getUsed() + bytes <= limit / 2; // below 0: there is no limit
    }

    private List<PartMethod> leaveOut(String reason) {
        requested.signals().forEach(signal -> leftOut.put(signal, reason));
        return List.of();
    }

    /** Why parts that {@code auto} asks for are not in the model, by name, in words. */
    Map<String, String> leftOut() {
        return leftOut;
    }

    private void reserve(long bytes) {
        resources.breaker().addEstimateBytesAndMaybeBreak(bytes, "training a model");
        reservedBytes += bytes;
    }

    /**
     * Returns the parts that the model keeps: all that were named or reused, and of others those that have learned weights.
     *
     * @param rankings of the model, whose weights were learned if queries were given
     * @param names    of the signals that may have weights
     */
    List<PartMethod> kept(List<PartMethod> parts, List<LearnedRanking> rankings, List<String> names) {
        return parts.stream().filter(part -> isKept(part.part().signal(), rankings, names)).toList();
    }

    /** The same for the part {@code ratings}: null if it is null or not kept. */
    RatingMethod kept(RatingMethod ratings, List<LearnedRanking> rankings, List<String> names) {
        return ratings != null && isKept(Signal.RATINGS, rankings, names) ? ratings : null;
    }

    private boolean isKept(String name, List<LearnedRanking> rankings, List<String> names) {
        List<LearnedRanking> learned = rankings.stream().filter(ranking -> ranking.fusion() != null).toList();
        if (reused != null || requested.auto() == false || learned.isEmpty()) {
            return true;
        }
        if (names.contains(name) == false) {
            leftOut.put(name, "it is not among [signals]");
        } else if (learned.stream().allMatch(ranking -> ranking.leftOut().contains(name))) {
            boolean accepted = learned.stream().anyMatch(ranking -> ranking.fusion().accepted());
            leftOut.put(name, accepted ? "held-back queries lose nothing without it" : "no weights were learned");
        }
        return leftOut.containsKey(name) == false;
    }

    @Override
    public void close() {
        resources.breaker().addWithoutBreaking(-reservedBytes);
        reservedBytes = 0;
    }
}
