package org.opensearch.affinity.encode.queue;

import org.opensearch.affinity.encode.pack.BatchReport;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Counts what a device does, since the node's start. Thread-safe. */
public final class EncodeMeter {
    private final LongSupplier clock;
    private final LongAdder rejected = new LongAdder();
    private final LongAdder withdrawn = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder batches = new LongAdder();
    private final LongAdder texts = new LongAdder();
    private final LongAdder tokens = new LongAdder();
    private final LongAdder paddedTokens = new LongAdder();

    /** Threads at work; with it the two below are guarded by this. */
    private int busy;
    private long busySince;
    private long busyNanos;

    /** @param clock nanoseconds */
    public EncodeMeter(LongSupplier clock) {
        this.clock = clock;
    }

    /** A request found the queue full. */
    void rejected() {
        rejected.increment();
    }

    /** A request was cancelled or timed out. */
    public void withdrawn() {
        withdrawn.increment();
    }

    /** A request failed in the model. */
    public void failed() {
        failed.increment();
    }

    /** A thread sets to work; the device is busy while one does. */
    public synchronized void begin() {
        if (busy++ == 0) {
            busySince = clock.getAsLong();
        }
    }

    public synchronized void end() {
        if (--busy == 0) {
            busyNanos += clock.getAsLong() - busySince;
        }
    }

    /** Counts each batch, then does what is to be done after it. */
    public Consumer<BatchReport> andThen(Consumer<BatchReport> after) {
        return batch -> {
            batches.increment();
            texts.add(batch.texts());
            tokens.add(batch.tokens());
            paddedTokens.add(batch.paddedTokens());
            after.accept(batch);
        };
    }

    /** While busy; infinite before the first text. */
    public double textsPerSecond() {
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
        return busy == 0 ? busyNanos : busyNanos + clock.getAsLong() - busySince;
    }
}
