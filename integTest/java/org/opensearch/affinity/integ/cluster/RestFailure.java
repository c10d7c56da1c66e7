package org.opensearch.affinity.integ.cluster;

/** A node answered with an error or not at all. The message contains the call, the status and the body. */
public final class RestFailure extends RuntimeException {
    private final int status;
    private final String brief;

    /** @param status the HTTP status, or 0 when no answer came */
    public RestFailure(int status, String message) {
        this(status, message, "");
    }

    /** @param body of the answer, for {@link #getMessage} */
    RestFailure(int status, String brief, String body) {
        super(body.isEmpty() ? brief : brief + "\n" + body);
        this.status = status;
        this.brief = brief;
    }

    /** The message without the body. */
    public String brief() {
        return brief;
    }

    /** The HTTP status, or 0 when no answer came. */
    public int status() {
        return status;
    }
}
