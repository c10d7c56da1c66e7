package org.opensearch.affinity.train.part;

import org.opensearch.affinity.learn.Factors;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.factor.FactorMethod;
import org.opensearch.affinity.learn.network.NetworkInputs;
import org.opensearch.affinity.learn.network.NetworkMethod;
import org.opensearch.affinity.tracker.Signal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A part of a model that is to be learned, and the method with its hyperparameters. Immutable. */
public record PartMethod(VectorPart part, FactorMethod method) {
    static final String PARTS = "parts";

    /**
     * Returns the part with the given hyperparameters, and others that rank the held-out items best.
     *
     * @param dimensions to choose from, ascending
     */
    public static PartMethod tuned(VectorPart part, PartSettings settings, int[] dimensions, PartTrials trials) {
        return new PartMethod(part, part.tuned(settings, dimensions, trials));
    }

    /**
     * Returns the part with the given hyperparameters, and standard ones.
     *
     * @param dimensions to choose from, ascending
     */
    public static PartMethod standard(VectorPart part, PartSettings settings, int[] dimensions) {
        return new PartMethod(part, part.standard(settings, dimensions));
    }

    /** Whether it can be learned on libtorch only. */
    public boolean needsLibtorch() {
        return method instanceof NetworkMethod;
    }

    /** Learns the part. */
    Factors learn(InteractionMatrix matrix, NetworkInputs networks, ParallelFor parallel, ProgressListener progress) {
        FactorMethod complete = method instanceof NetworkMethod network ? network.with(networks) : method;
        return complete.learn(matrix, parallel, progress);
    }

    /**
     * Returns what {@link #read} and {@link RatingMethod#read} read of a model's description; empty if there is nothing.
     *
     * @param ratings null for a model without them
     */
    public static Map<String, Object> describe(List<LearnedPart> parts, LearnedRatings ratings) {
        Map<String, Object> described = new LinkedHashMap<>();
        parts.forEach(part -> described.put(part.method().part.signal(), part.describe()));
        if (ratings != null) {
            described.put(Signal.RATINGS, ratings.describe());
        }
        return described.isEmpty() ? Map.of() : Map.of(PARTS, described);
    }

    /** Returns the parts of a model, by its description; parts that another version described in another way are left out. */
    public static List<PartMethod> read(Map<String, Object> about) {
        List<PartMethod> methods = new ArrayList<>();
        if (about.get(PARTS) instanceof Map<?, ?> parts) {
            parts.forEach((name, settings) -> VectorPart.named((String) name).ifPresent(part -> {
                try {
                    methods.add(new PartMethod(part, part.method((Map<?, ?>) settings)));
                } catch (IllegalArgumentException | ClassCastException e) {
                    // written by another version
                }
            }));
        }
        return methods;
    }
}
