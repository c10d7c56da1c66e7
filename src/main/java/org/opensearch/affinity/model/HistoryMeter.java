package org.opensearch.affinity.model;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Counts the histories that parts of models encoded on this node. Thread-safe. */
public final class HistoryMeter {
    private final LongAdder histories = new LongAdder();
    private final LongAdder nanos = new LongAdder();

    void encoded(long nanoseconds) {
        histories.increment();
        nanos.add(nanoseconds);
    }

    /** Returns how many there were since the node started; those whose vectors were kept are not counted again. */
    public long histories() {
        return histories.sum();
    }

    /** Returns the time that it took, microseconds. */
    public long micros() {
        return TimeUnit.NANOSECONDS.toMicros(nanos.sum());
    }
}
