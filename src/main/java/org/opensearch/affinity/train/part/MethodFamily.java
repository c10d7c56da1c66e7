package org.opensearch.affinity.train.part;

import org.opensearch.affinity.learn.InteractionMatrix;
import org.opensearch.affinity.learn.factor.FactorMethod;

import java.util.Map;

/** The methods that may learn one part, with any hyperparameters. Immutable. */
interface MethodFamily {
    String DIMENSION = "dimension";
    String KEEP = "keep";

    /**
     * Returns the method with the given hyperparameters, and others that rank the held-out items best.
     *
     * @param dimensions to choose from, ascending
     */
    FactorMethod tuned(PartSettings settings, int[] dimensions, PartTrials trials);

    /**
     * Returns the method with the given hyperparameters, and others that a search for better ones begins with.
     *
     * @param dimensions to choose from, ascending
     */
    FactorMethod standard(PartSettings settings, int[] dimensions);

    /** Returns the dimensions to choose from, ascending. */
    int[] dimensions(InteractionMatrix matrix);

    /**
     * Returns the memory that learning takes, bytes.
     *
     * @param dimension as in the settings
     * @param settings  others that are known already
     */
    long bytes(InteractionMatrix matrix, int dimension, Map<String, ?> settings);

    /** Returns the hyperparameters of a method, for people and for {@link #method}. */
    Map<String, Object> settings(FactorMethod method);

    /**
     * Returns the method with these hyperparameters, and standard ones where there are none.
     *
     * @throws IllegalArgumentException if one is out of range
     */
    FactorMethod method(Map<?, ?> settings);

    static double number(Map<?, ?> settings, String name, double otherwise) {
        return settings.get(name) instanceof Number number ? number.doubleValue() : otherwise;
    }

    /** Returns a dimension, or the largest one to choose from if that is smaller. */
    static int smaller(int dimension, int[] dimensions) {
        return Math.min(dimension, dimensions[dimensions.length - 1]);
    }
}
