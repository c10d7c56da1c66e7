package org.opensearch.affinity.xcontent;

import org.opensearch.core.xcontent.XContentParser;

import java.io.IOException;

/** Reads and checks the value of a field. {@link Values} has the usual ones. */
@FunctionalInterface
public interface ValueReader<T> {
    /**
     * Reads the value at the parser's current token. Afterwards the parser is at the last token of the value.
     *
     * @throws IllegalArgumentException if the field does not take this value; names the path, the value and what would be right
     */
    T read(XContentParser parser, FieldPath path) throws IOException;
}
