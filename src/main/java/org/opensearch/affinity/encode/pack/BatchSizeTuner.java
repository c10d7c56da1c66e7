package org.opensearch.affinity.encode.pack;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Finds the number of tokens in a batch with which a device is fastest: small batches leave it idle, large ones exceed a
 * processor's caches. Texts of one length are run in batches of growing size for about a second. A batch size is not tried if two
 * runs of it would take longer than the rest of that time. Not thread-safe.
 */
final class BatchSizeTuner {
    static final int MIN_BATCH_TOKENS = 512;
    /** Tokens of a text of medium length, between a title and a page. */
    static final int TEXT_TOKENS = 64;

    private static final int[] CPU_CANDIDATES = { MIN_BATCH_TOKENS, 1024, 2048, 4096 };
    private static final int[] GPU_CANDIDATES = { 4096, 8192, 16_384, 32_768, 65_536 };
    /** Any token that every BERT vocabulary has; which one does not matter for the speed. */
    private static final int TOKEN = 100;
    private static final long TOTAL_NANOS = 900_000_000;
    /** The speed-up from which on a larger batch is chosen: it delays other texts and takes more memory. */
    private static final double MIN_SPEEDUP = 1.03;

    private final int[] candidates;
    private final int textTokens;
    private final LongSupplier clock;
    private double tokensPerSecond;
    /** Duration of the last run by the wall clock. */
    private long lastRunNanos;

    /** @param textTokens tokens of a text, at most what the model reads */
    BatchSizeTuner(boolean gpu, int textTokens) {
        // On the CPU a batch runs on the calling thread, whose CPU time does not depend on other load of the machine.
        this(gpu, textTokens, gpu ? System::nanoTime : ManagementFactory.getThreadMXBean()::getCurrentThreadCpuTime);
    }

    /** @param clock measures runs, in nanoseconds */
    BatchSizeTuner(boolean gpu, int textTokens, LongSupplier clock) {
        this.candidates = gpu ? GPU_CANDIDATES : CPU_CANDIDATES;
        this.textTokens = textTokens;
        this.clock = clock;
    }

    /**
     * Finds the best batch size.
     *
     * @param run runs token ids {@code [texts][tokens]}; returns false if the device has not enough memory for them
     * @return tokens of the batch with the least time for a token; the smallest candidate if not even that could be run
     */
    int bestBatchTokens(Predicate<int[][]> run) {
        int best = candidates[0];
        long end = System.nanoTime() + TOTAL_NANOS;
        double tokensPerNano = 0;
        for (int tokens : candidates) {
            if (tokensPerNano > 0 && System.nanoTime() + 2 * tokens / tokensPerNano > end) {
                break;
            }
            double measured = measure(run, tokens, TOTAL_NANOS / candidates.length);
            if (measured == 0) {
                break;
            }
            tokensPerNano = tokens / (double) lastRunNanos;
            if (measured > tokensPerSecond * MIN_SPEEDUP) {
                tokensPerSecond = measured;
                best = tokens;
            }
        }
        return best;
    }

    /** The speed with the best batch size; 0 before it was measured. */
    double tokensPerSecond() {
        return tokensPerSecond;
    }

    /**
     * Tokens a second in the fastest of several runs, as other load may slow some of them; 0 if the device has not enough memory. The
     * first run, which allocates memory, counts only if there is no other.
     */
    private double measure(Predicate<int[][]> run, int tokens, long nanos) {
        int[] row = new int[textTokens];
        Arrays.fill(row, TOKEN);
        int[][] ids = new int[Math.max(1, tokens / textTokens)][];
        Arrays.fill(ids, row);
        long end = System.nanoTime() + nanos;
        long best = Long.MAX_VALUE;
        int runs = 0;
        do {
            long wallStart = System.nanoTime();
            long start = clock.getAsLong();
            if (run.test(ids) == false) {
                return 0;
            }
            long duration = Math.max(1, clock.getAsLong() - start);
            lastRunNanos = Math.max(1, System.nanoTime() - wallStart);
            best = runs == 1 ? duration : Math.min(best, duration);
            runs++;
        } while (System.nanoTime() + lastRunNanos < end);
        return 1e9 * ids.length * textTokens / best;
    }
}
