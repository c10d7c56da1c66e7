package org.opensearch.affinity.rank;

import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;

import java.io.IOException;
import java.util.Arrays;
import java.util.Objects;

/**
 * What a search asks for. Immutable, if nobody writes into the array.
 *
 * @param text   in words; null where nobody said it
 * @param vector the same as a unit vector; empty where it is not wanted or could not be encoded
 */
public record QueryInput(String text, float[] vector) implements Writeable {
    public static final QueryInput NOTHING = new QueryInput(null, new float[0]);

    QueryInput(StreamInput in) throws IOException {
        this(in.readOptionalString(), in.readFloatArray());
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeOptionalString(text);
        out.writeFloatArray(vector);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof QueryInput other && Objects.equals(text, other.text) && Arrays.equals(vector, other.vector);
    }

    @Override
    public int hashCode() {
        return Objects.hash(text, Arrays.hashCode(vector));
    }
}
