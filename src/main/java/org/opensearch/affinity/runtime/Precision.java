package org.opensearch.affinity.runtime;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The type of numbers that a model calculates with. Its weights are stored in float32 and converted when it is loaded. */
public enum Precision {
    /** float32: what the model was made in. */
    F32,
    /** bfloat16: two to three times as fast as float32 on some processors; chosen by itself where a model runs faster in it. */
    BF16,
    /** float16: for GPUs. */
    F16,
    /**
     * 8-bit integers in the linear layers: for processors on which bfloat16 does not pay, where less accurate vectors do. A vector then
     * depends on its batch.
     */
    INT8;

    /** The node setting's value that leaves the choice to the plugin. */
    public static final String AUTO = "auto";

    /**
     * Empty for {@code auto}.
     *
     * @throws IllegalArgumentException naming the values that would be right
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
        throw new IllegalArgumentException("unknown precision [" + name + "]; [" + AUTO + "] or one of " + Arrays.toString(values()));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
