package org.opensearch.affinity.integ.bench.learn;

import org.opensearch.affinity.train.LogScan.LoggedEvent;

import java.util.List;
import java.util.function.Consumer;

/** A log that a training can read, and what users of it took afterwards. */
interface BehaviourLog {
    String name();

    /** Number of events. */
    long size();

    /** Whether the order of a user's events is known. */
    boolean ordered();

    /** Reads all events; each time the same in the same order. */
    void read(Consumer<LoggedEvent> into);

    /** The users whose next items are to be found. */
    List<NextItems> next();

    /**
     * What one user took.
     *
     * @param history items in the log, oldest first
     * @param wanted  items that the user took afterwards, and that the history lacks; at least one
     */
    record NextItems(List<String> history, List<String> wanted) {}
}
