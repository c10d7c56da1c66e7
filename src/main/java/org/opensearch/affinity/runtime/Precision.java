package org.opensearch.affinity.runtime;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The number type in which a model computes. Weights are stored in float32 and converted when the model is loaded. */
public enum Precision {
    /** float32, in which the models were trained. */
    F32,
    /** bfloat16: two to three times as fast as float32 on some processors; chosen automatically where a model runs faster in it. */
    BF16,
    /** float16, for GPUs. */
    F16,
    /**
     * 8-bit integers in the linear layers: for processors on which bfloat16 is not faster, if less accurate vectors suffice. Vectors
     * depend on the other texts of their batch.
     */
    INT8;

    /** The value of the node setting that leaves the choice to the plugin. */
    public static final String AUTO = "auto";

    /**
     * Parses the value of the node setting; empty for {@code auto}.
     *
     * @throws IllegalArgumentException for an unknown value, naming the known ones
     */
    static Optional<Precision> parse(String name) {
        if (name.equals(AUTO)) {
            return Optional.empty();
        }
        for (Precision precision : values()) {
            if (precision.toString().equals(name)) {
                return Optional.of(precision);
            }
        }
        throw new IllegalArgumentException("unknown precision [" + name + "]; known: [" + AUTO + "] and " + Arrays.toString(values()));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
