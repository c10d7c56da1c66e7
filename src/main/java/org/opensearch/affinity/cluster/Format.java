package org.opensearch.affinity.cluster;

import org.opensearch.common.io.stream.BytesStreamOutput;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;

import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * The format of one kind of value in streams and in binary fields of documents. Each value is a frame: the number of its format, the
 * lowest number whose readers understand it, the length of its body, and the body. So versions of the plugin understand each other,
 * whatever the version of OpenSearch:
 * <ul>
 * <li>A field is added at the end of the body, and the number grows by one. Older readers skip the field. Newer readers take a default
 * where {@link Frame#format} is below the number that brought it.
 * <li>What was written before stays as it is: no field of a body is removed, moved or given another meaning, and constants of enums are
 * only appended. If that cannot be, {@code readableFrom} becomes the new number, and older readers refuse the value: see
 * {@link UnreadableFormatException}.
 * </ul>
 * A format is a constant {@code FORMAT} of the class that it is of. A test has a fixture of each number.
 *
 * @param kind         what the values are, for errors
 * @param number       of the format that is written, from 1
 * @param readableFrom the lowest number whose readers understand what is written
 */
public record Format(String kind, int number, int readableFrom) {
    /** The first format of the values of a class. */
    public static Format first(Class<?> type) {
        String name = type.getName();
        return new Format(name.substring(name.lastIndexOf('.') + 1).replace('$', '.'), 1, 1);
    }

    /** The format that has a field more than this one, which readers of this one skip. */
    public Format withField(int next) {
        assert next == number + 1;
        return new Format(kind, next, readableFrom);
    }

    /** Begins a frame. Its body is what is written to the result; closing the result writes the frame. */
    public StreamOutput begin(StreamOutput out) {
        return new Output(this, out);
    }

    /**
     * Reads a frame, all of it: what is left in the stream is behind it.
     *
     * @throws UnreadableFormatException if this version of the plugin is too old to understand it
     */
    public Frame read(StreamInput in) throws IOException {
        int format = in.readVInt();
        int needed = in.readVInt();
        byte[] body = in.readByteArray();
        if (needed > number) {
            throw new UnreadableFormatException(kind, format, needed, number);
        }
        return new Frame(format, body, in);
    }

    private static final class Output extends BytesStreamOutput {
        private final Format format;
        private final StreamOutput out;

        Output(Format format, StreamOutput out) {
            this.format = format;
            this.out = out;
            setVersion(out.getVersion()); // of values of OpenSearch's own in the body
        }

        /** What could not be written is not a frame: the exception that ends the body ends what is around it, too. */
        @Override
        public void close() {
            try {
                out.writeVInt(format.number);
                out.writeVInt(format.readableFrom);
                out.writeBytesReference(bytes());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
