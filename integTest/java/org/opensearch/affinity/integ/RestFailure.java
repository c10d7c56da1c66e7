package org.opensearch.affinity.integ;

/** A node answered with an error, or with nothing. The message carries the call, the status and the body. */
public final class RestFailure extends RuntimeException {
    private final int status;

    /** @param status the HTTP status, or 0 when no answer came */
    public RestFailure(int status, String message) {
        super(message);
        this.status = status;
    }

    /** The HTTP status, or 0 when no answer came. */
    public int status() {
        return status;
    }
}
