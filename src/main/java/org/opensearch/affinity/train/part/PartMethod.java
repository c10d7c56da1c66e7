package org.opensearch.affinity.train.part;

import org.opensearch.affinity.learn.HeldOut;
import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.learn.ProgressListener;
import org.opensearch.affinity.learn.factor.FactorMethod;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A part of a model that is to be learned, and the method with its hyperparameters. Immutable. */
public record PartMethod(VectorPart part, FactorMethod method) {
    private static final String PARTS = "parts";
    /** Learning keeps, of each user and item, the vectors of the last two steps. */
    private static final int COPIES = 2;
    /** The most dimensions that a method tries, and the vectors beside them while the low-pass filter is computed. */
    private static final int MAX_DIMENSION = 256 + 16;

    /** Returns the part with the hyperparameters that rank the held-out items best. */
    public static PartMethod tuned(VectorPart part, InteractionMatrix matrix, HeldOut sample, ParallelFor parallel, ProgressListener progress) {
        return new PartMethod(part, part.tuned(matrix, sample, parallel, progress));
    }

    /** Returns the largest heap that learning needs for its vectors, bytes. */
    public static long bytes(InteractionMatrix matrix) {
        return (long) COPIES * Float.BYTES * MAX_DIMENSION * ((long) matrix.users() + matrix.items());
    }

    /** Returns what {@link #read} reads of a model's description. */
    public static Map<String, Object> describe(List<LearnedPart> parts) {
        Map<String, Object> described = new LinkedHashMap<>();
        parts.forEach(part -> described.put(part.method().part.signal(), part.describe()));
        return Map.of(PARTS, described);
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
