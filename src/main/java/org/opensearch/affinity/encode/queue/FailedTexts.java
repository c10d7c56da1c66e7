package org.opensearch.affinity.encode.queue;

import org.opensearch.ExceptionsHelper;
import org.opensearch.OpenSearchException;
import org.opensearch.core.rest.RestStatus;

import java.util.Objects;
import java.util.stream.Stream;

/**
 * The failure of a request of which some texts cannot be encoded. The message has the position of the first of them, never its text.
 * Vectors and failures are not serialised: another node gets the message alone.
 */
public final class FailedTexts extends OpenSearchException {
    private final transient float[][] vectors;
    private final transient Exception[] failures;

    /**
     * @param vectors  unit vectors in the order of the request's texts, null for a text that failed; kept
     * @param failures in the order of the request's texts, null for a text that has a vector; at least one is not null
     */
    public FailedTexts(float[][] vectors, Exception[] failures) {
        super(message(failures), first(failures));
        this.vectors = vectors;
        this.failures = failures;
    }

    private static Exception first(Exception[] failures) {
        return Stream.of(failures).filter(Objects::nonNull).findFirst().orElseThrow();
    }

    private static String message(Exception[] failures) {
        Exception first = first(failures);
        int position = 0;
        while (failures[position] == null) {
            position++;
        }
        long more = Stream.of(failures).filter(Objects::nonNull).count() - 1;
        return "[encode] [texts["
            + position
            + "]]"
            + (more > 0 ? " and [" + more + "] more of [" : " of [")
            + failures.length
            + "] cannot be encoded: "
            + first.getMessage();
    }

    /** Unit vectors in the order of the request's texts, null for a text that failed. Shared: must not be changed. */
    public float[][] vectors() {
        return vectors;
    }

    /** Failures in the order of the request's texts, null for a text that has a vector. */
    public Exception[] failures() {
        return failures;
    }

    /** The status of the first failure. */
    @Override
    public RestStatus status() {
        return ExceptionsHelper.status(getCause());
    }
}
