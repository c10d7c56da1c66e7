package org.opensearch.affinity.rank;

import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;

import java.io.IOException;
import java.util.Arrays;
import java.util.Objects;

/**
 * What the user typed, as text and as vector. Immutable; callers must not change the array.
 *
 * @param text   null if the request has no query text
 * @param vector the encoded text, of unit length; empty, never null, if no signal needs it or it was not encoded in time
 * @param origin see {@link QueryText}, for explanations; empty if there is no text
 */
public record QueryInput(String text, float[] vector, String origin) implements Writeable {
    private static final Format FORMAT = Format.first(QueryInput.class);

    /** No text and no vector. */
    public static final QueryInput NOTHING = new QueryInput(null, new float[0], "");

    QueryInput(StreamInput in) throws IOException {
        this(FORMAT.read(in));
    }

    private QueryInput(Frame in) throws IOException {
        this(in.readOptionalString(), in.readFloatArray(), in.readString());
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeOptionalString(text);
            out.writeFloatArray(vector);
            out.writeString(origin);
        }
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof QueryInput other
            && Objects.equals(text, other.text)
            && Arrays.equals(vector, other.vector)
            && origin.equals(other.origin);
    }

    @Override
    public int hashCode() {
        return Objects.hash(text, Arrays.hashCode(vector), origin);
    }
}
