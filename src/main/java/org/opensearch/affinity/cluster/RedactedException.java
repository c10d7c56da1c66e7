package org.opensearch.affinity.cluster;

import org.opensearch.cluster.block.ClusterBlockException;
import org.opensearch.index.IndexNotFoundException;

import java.util.Set;

/**
 * A failure as it may be logged: the classes and the stacks of an exception and its causes. Their messages name documents, and
 * with them users, or quote what could not be read; those that are known not to are kept.
 */
public final class RedactedException extends Exception {
    private static final Set<Class<?>> KEPT = Set.of(ClusterBlockException.class, IndexNotFoundException.class);

    /** An exception whose message names neither a user nor a document, so that it may be logged. */
    public interface LoggableMessage {}

    private static final int MAX_CAUSES = 20;

    private RedactedException(Throwable failure, int left) {
        super(message(failure), failure.getCause() == null || left == 0 ? null : new RedactedException(failure.getCause(), left - 1));
        setStackTrace(failure.getStackTrace());
    }

    public static RedactedException of(Throwable failure) {
        return new RedactedException(failure, MAX_CAUSES);
    }

    private static String message(Throwable failure) {
        String name = failure.getClass().getName();
        return failure instanceof LoggableMessage || KEPT.contains(failure.getClass()) ? name + ": " + failure.getMessage() : name;
    }
}
