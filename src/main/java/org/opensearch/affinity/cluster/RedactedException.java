package org.opensearch.affinity.cluster;

import org.opensearch.OpenSearchException;
import org.opensearch.cluster.block.ClusterBlockException;
import org.opensearch.index.IndexNotFoundException;

import java.util.Set;

/**
 * A copy of an exception that may be logged: classes and stack traces of the exception and its causes, and the indices that they name,
 * without their messages. Messages name documents, and so users, or quote what could not be parsed. Messages of {@link
 * LoggableMessage} and of a few classes of OpenSearch are kept.
 */
public final class RedactedException extends Exception {
    private static final Set<Class<?>> LOGGABLE = Set.of(ClusterBlockException.class, IndexNotFoundException.class);

    /** An exception whose message names neither a user nor a document, so that it may be logged. */
    public interface LoggableMessage {}

    /** A state in which something cannot be done, with a {@link LoggableMessage}. */
    public static final class LoggableStateException extends IllegalStateException implements LoggableMessage {
        public LoggableStateException(String message) {
            super(message);
        }
    }

    private static final int MAX_CAUSES = 20;

    private RedactedException(Throwable failure, int maxCauses) {
        super(message(failure), cause(failure, maxCauses));
        setStackTrace(failure.getStackTrace());
    }

    /** Returns the loggable copy of an exception, with at most {@value #MAX_CAUSES} causes. */
    public static RedactedException of(Throwable failure) {
        return new RedactedException(failure, MAX_CAUSES);
    }

    /**
     * Returns one line that may be shown: the classes of an exception and its causes, with the indices that they name and the messages
     * that may be logged.
     */
    public static String summary(Throwable failure) {
        StringBuilder summary = new StringBuilder();
        int causes = 0;
        for (Throwable cause = failure; cause != null && causes <= MAX_CAUSES; cause = cause.getCause(), causes++) {
            summary.append(causes == 0 ? "" : ", caused by ").append(cause.getClass().getSimpleName());
            if (isLoggable(cause)) {
                summary.append(": ").append(cause.getMessage());
            } else {
                summary.append(index(cause));
            }
        }
        return summary.toString();
    }

    private static RedactedException cause(Throwable failure, int maxCauses) {
        return failure.getCause() == null || maxCauses == 0 ? null : new RedactedException(failure.getCause(), maxCauses - 1);
    }

    private static String message(Throwable failure) {
        String name = failure.getClass().getName();
        return isLoggable(failure) ? name + ": " + failure.getMessage() : name + index(failure);
    }

    private static boolean isLoggable(Throwable failure) {
        return failure instanceof LoggableMessage || LOGGABLE.contains(failure.getClass());
    }

    /** Returns the index that an exception names, in brackets after a space; empty if it names none. */
    private static String index(Throwable failure) {
        return failure instanceof OpenSearchException e && e.getIndex() != null ? " [" + e.getIndex().getName() + "]" : "";
    }
}
