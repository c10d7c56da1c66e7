package org.opensearch.affinity.encode.pack;

import java.util.Arrays;
import java.util.Locale;

/** What a module is given beside token ids, {@code [texts, tokens]} padded with 0. */
public enum ModelInputs {
    /** {@code [texts]}: the number of tokens of each text; ids and lengths are int32. */
    LENGTHS,
    /** {@code [texts, tokens]}: 1 for a token, 0 for padding; ids and mask are int64, as Hugging Face's models take them. */
    MASK;

    /** @throws IllegalArgumentException naming the values that would be right */
    public static ModelInputs parse(String name) {
        for (ModelInputs inputs : values()) {
            if (inputs.toString().equals(name)) {
                return inputs;
            }
        }
        throw new IllegalArgumentException("unknown inputs [" + name + "]; one of " + Arrays.toString(values()));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
