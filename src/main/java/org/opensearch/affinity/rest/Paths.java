package org.opensearch.affinity.rest;

/** Where the calls lie. */
final class Paths {
    static final String TRACKERS = "/_plugins/_affinity/trackers";
    static final String TRACKER = TRACKERS + "/{tracker}";

    private Paths() {}
}
