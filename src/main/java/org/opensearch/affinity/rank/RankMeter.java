package org.opensearch.affinity.rank;

import org.opensearch.ExceptionsHelper;
import org.opensearch.affinity.cluster.UnreadableFormatException;
import org.opensearch.affinity.model.HistoryMeter;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Counts the personalised searches that this node coordinated, and the windows that it rescored for its shards. Thread-safe. */
public final class RankMeter {
    private final LongAdder searches = new LongAdder();
    private final LongAdder unavailable = new LongAdder();
    private final LongAdder unreadable = new LongAdder();
    private final LongAdder navigational = new LongAdder();
    private final LongAdder profileNanos = new LongAdder();
    private final LongAdder windows = new LongAdder();
    private final LongAdder documents = new LongAdder();
    private final LongAdder rescoreNanos = new LongAdder();

    /**
     * Counts a search that has read its profile, or found that there is none.
     *
     * @param nanos that the search waited
     */
    public void found(long nanos) {
        searches.increment();
        profileNanos.add(nanos);
    }

    /**
     * Counts a search that continues without its profile, which was late or could not be read.
     *
     * @param nanos that the search waited
     */
    public void unavailable(long nanos, Exception reason) {
        found(nanos);
        unavailable.increment();
        if (ExceptionsHelper.unwrap(reason, UnreadableFormatException.class) != null) {
            unreadable.increment();
        }
    }

    /** Counts a search that was left as it is because its query is navigational. It was counted by {@link #found} before. */
    public void precise() {
        navigational.increment();
    }

    /**
     * Counts the window of one shard that was rescored.
     *
     * @param hits  documents in the window
     * @param nanos that it took
     */
    public void rescored(int hits, long nanos) {
        windows.increment();
        documents.add(hits);
        rescoreNanos.add(nanos);
    }

    /**
     * The sums since the node started.
     *
     * @param histories that were encoded for the same searches
     */
    RankStats stats(HistoryMeter histories) {
        return new RankStats(
            searches.sum(),
            unavailable.sum(),
            navigational.sum(),
            TimeUnit.NANOSECONDS.toMicros(profileNanos.sum()),
            windows.sum(),
            documents.sum(),
            TimeUnit.NANOSECONDS.toMicros(rescoreNanos.sum()),
            unreadable.sum(),
            histories.histories(),
            histories.micros()
        );
    }
}
