package org.opensearch.affinity.encode.pack;

import java.util.Arrays;
import java.util.Locale;

/** The second input of a module, beside the token ids {@code [texts, tokens]}, which are padded with 0. */
public enum ModelInputs {
    /** The number of tokens of each text, {@code [texts]}; ids and lengths are int32. */
    LENGTHS,
    /** 1 for a token and 0 for padding, {@code [texts, tokens]}; ids and mask are int64, as in Hugging Face's models. */
    MASK;

    /**
     * Parses the name in a manifest.
     *
     * @throws IllegalArgumentException for an unknown name, naming the known ones
     */
    static ModelInputs parse(String name) {
        for (ModelInputs inputs : values()) {
            if (inputs.toString().equals(name)) {
                return inputs;
            }
        }
        throw new IllegalArgumentException("unknown inputs [" + name + "]; known: " + Arrays.toString(values()));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
