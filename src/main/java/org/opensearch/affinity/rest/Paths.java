package org.opensearch.affinity.rest;

/** The paths of the REST API. */
final class Paths {
    private static final String ROOT = "/_plugins/_affinity";

    static final String ENCODE = ROOT + "/_encode";
    static final String EVENTS = ROOT + "/events";
    static final String MODELS = ROOT + "/models";
    static final String STATS = ROOT + "/stats";
    static final String TRACKERS = ROOT + "/trackers";
    static final String TRACKER = TRACKERS + "/{tracker}";
    static final String EVALUATE = TRACKER + "/_evaluate";
    static final String TRACKER_STATS = TRACKER + "/_stats";
    static final String REBUILD = TRACKER + "/_rebuild";
    static final String TRACKER_MODELS = TRACKER + "/models";
    static final String TRACKER_MODEL = TRACKER_MODELS + "/{number}";
    static final String CONCEPTS = TRACKER_MODEL + "/concepts";
    static final String SEGMENTS = TRACKER_MODEL + "/segments";
    static final String ACTIVE_SEGMENTS = TRACKER + "/segments";
    static final String USER = TRACKER + "/users/{user}";
    static final String OPT_OUT = USER + "/_opt_out";

    private Paths() {}
}
