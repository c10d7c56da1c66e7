package org.opensearch.affinity.rank;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Counts what ranking does on this node: as coordinator of searches, and for the shards it holds. Thread-safe. */
public final class RankMeter {
    private final LongAdder searches = new LongAdder();
    private final LongAdder unavailable = new LongAdder();
    private final LongAdder precise = new LongAdder();
    private final LongAdder profileNanos = new LongAdder();
    private final LongAdder windows = new LongAdder();
    private final LongAdder documents = new LongAdder();
    private final LongAdder rescoreNanos = new LongAdder();

    /** A search has the profile that it asked for, or knows that there is none. */
    public void found(long nanos) {
        searches.increment();
        profileNanos.add(nanos);
    }

    /** A search goes on without the profile that it asked for. */
    public void unavailable(long nanos) {
        found(nanos);
        unavailable.increment();
    }

    /** A search was left alone, for its query names one item. */
    public void precise() {
        precise.increment();
    }

    /** The window of one shard was scored anew. */
    public void rescored(int hits, long nanos) {
        windows.increment();
        documents.add(hits);
        rescoreNanos.add(nanos);
    }

    public RankStats stats() {
        return new RankStats(
            searches.sum(),
            unavailable.sum(),
            precise.sum(),
            TimeUnit.NANOSECONDS.toMicros(profileNanos.sum()),
            windows.sum(),
            documents.sum(),
            TimeUnit.NANOSECONDS.toMicros(rescoreNanos.sum())
        );
    }
}
