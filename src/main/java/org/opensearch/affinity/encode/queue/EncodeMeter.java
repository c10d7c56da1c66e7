package org.opensearch.affinity.encode.queue;

import org.opensearch.affinity.encode.pack.BatchReport;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Counts the requests, texts and batches of one device since the node was started. Thread-safe. */
public final class EncodeMeter {
    private final LongSupplier clock;
    private final LongAdder rejected = new LongAdder();
    private final LongAdder withdrawn = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder batches = new LongAdder();
    private final LongAdder texts = new LongAdder();
    private final LongAdder tokens = new LongAdder();
    private final LongAdder paddedTokens = new LongAdder();

    // Guarded by this.
    private int busyThreads;
    private long busySince;
    private long busyNanos;

    /** @param clock monotonic, in nanoseconds */
    public EncodeMeter(LongSupplier clock) {
        this.clock = clock;
    }

    /** Counts a request that was rejected because the queue was full. */
    void rejected() {
        rejected.increment();
    }

    /** Counts a request that was cancelled or timed out. */
    public void withdrawn() {
        withdrawn.increment();
    }

    /** Counts a request that failed in the model. */
    public void failed() {
        failed.increment();
    }

    /** Called when a thread begins to encode. The device counts as busy while at least one thread does. */
    synchronized void begin() {
        if (busyThreads++ == 0) {
            busySince = clock.getAsLong();
        }
    }

    /** Called when a thread ends encoding. */
    synchronized void end() {
        if (--busyThreads == 0) {
            busyNanos += clock.getAsLong() - busySince;
        }
    }

    /** A consumer that counts each batch and then passes it on. */
    Consumer<BatchReport> counting(Consumer<BatchReport> next) {
        return batch -> {
            batches.increment();
            texts.add(batch.texts());
            tokens.add(batch.tokens());
            paddedTokens.add(batch.paddedTokens());
            next.accept(batch);
        };
    }

    /** Texts per second of busy time; infinite before the first text. */
    double textsPerSecond() {
        long encoded = texts.sum();
        return encoded == 0 ? Double.POSITIVE_INFINITY : encoded / Math.max(1e-9, busyNanos() / 1e9);
    }

    public EncodeStats.Work stats() {
        return new EncodeStats.Work(
            rejected.sum(),
            withdrawn.sum(),
            failed.sum(),
            batches.sum(),
            texts.sum(),
            tokens.sum(),
            paddedTokens.sum(),
            busyNanos()
        );
    }

    private synchronized long busyNanos() {
        return busyThreads == 0 ? busyNanos : busyNanos + clock.getAsLong() - busySince;
    }
}
