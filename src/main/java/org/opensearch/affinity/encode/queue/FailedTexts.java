package org.opensearch.affinity.encode.queue;

import org.opensearch.ExceptionsHelper;
import org.opensearch.OpenSearchException;
import org.opensearch.core.rest.RestStatus;

import java.util.Objects;
import java.util.stream.Stream;

/** Some of a request's texts cannot be encoded. The message names the first by its position, never by its words. */
public final class FailedTexts extends OpenSearchException {
    private final transient float[][] vectors;
    private final transient Exception[] failures;

    /**
     * @param vectors  in the order of the request's texts, null where a text failed
     * @param failures the reverse; at least one
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

    /** In the order of the request's texts, null where a text failed. */
    public float[][] vectors() {
        return vectors;
    }

    /** In the order of the request's texts, null where a text has a vector. */
    public Exception[] failures() {
        return failures;
    }

    /** That of the first failure. */
    @Override
    public RestStatus status() {
        return ExceptionsHelper.status(getCause());
    }
}
