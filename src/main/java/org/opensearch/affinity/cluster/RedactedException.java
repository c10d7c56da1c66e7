package org.opensearch.affinity.cluster;

import org.opensearch.cluster.block.ClusterBlockException;
import org.opensearch.index.IndexNotFoundException;

import java.util.Set;

/**
 * A copy of an exception that may be logged: classes and stack traces of the exception and its causes, without their messages.
 * Messages name documents, and so users, or quote what could not be parsed. Messages of {@link LoggableMessage} and of a few
 * classes of OpenSearch are kept.
 */
public final class RedactedException extends Exception {
    private static final Set<Class<?>> LOGGABLE = Set.of(ClusterBlockException.class, IndexNotFoundException.class);

    /** An exception whose message names neither a user nor a document, so that it may be logged. */
    public interface LoggableMessage {}

    private static final int MAX_CAUSES = 20;

    private RedactedException(Throwable failure, int maxCauses) {
        super(message(failure), cause(failure, maxCauses));
        setStackTrace(failure.getStackTrace());
    }

    /** Returns the loggable copy of an exception, with at most {@value #MAX_CAUSES} causes. */
    public static RedactedException of(Throwable failure) {
        return new RedactedException(failure, MAX_CAUSES);
    }

    private static RedactedException cause(Throwable failure, int maxCauses) {
        return failure.getCause() == null || maxCauses == 0 ? null : new RedactedException(failure.getCause(), maxCauses - 1);
    }

    private static String message(Throwable failure) {
        String name = failure.getClass().getName();
        return failure instanceof LoggableMessage || LOGGABLE.contains(failure.getClass()) ? name + ": " + failure.getMessage() : name;
    }
}
