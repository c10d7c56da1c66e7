package org.opensearch.affinity.encode.pack;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Finds how many tokens a device runs fastest at once: too few leave it idle, too many fall out of a
 * processor's caches. Texts of one length are run in batches of growing size for about a second; batches that
 * would take longer than what is left of it are not tried.
 */
final class BatchSizeTuner {
    static final int SMALLEST = 512;
    /** Tokens of a text that is neither a title nor a page. */
    static final int WIDTH = 64;

    private static final int[] CPU = { SMALLEST, 1024, 2048, 4096 };
    private static final int[] GPU = { 4096, 8192, 16_384, 32_768, 65_536 };
    /** An ordinary word in every BERT vocabulary; which one does not matter for the time. */
    private static final int TOKEN = 100;
    private static final long TOTAL_NANOS = 900_000_000;
    /** A larger batch must gain this much: it keeps others waiting and takes more memory. */
    private static final double WORTH = 1.03;

    private final int[] candidates;
    private final int width;
    private final LongSupplier clock;
    private double speed;
    /** Nanoseconds that the last run took by the clock on the wall. */
    private long last;

    /** @param width tokens of a text, at most what the model reads */
    BatchSizeTuner(boolean gpu, int width) {
        // A batch runs on the calling thread: its own time does not depend on what else the processor does.
        this(gpu, width, gpu ? System::nanoTime : ManagementFactory.getThreadMXBean()::getCurrentThreadCpuTime);
    }

    /** @param clock in nanoseconds */
    BatchSizeTuner(boolean gpu, int width, LongSupplier clock) {
        this.candidates = gpu ? GPU : CPU;
        this.width = width;
        this.clock = clock;
    }

    /**
     * @param run runs token ids {@code [texts][tokens]}; false if the device has no memory for them
     * @return tokens of the batch that took least time a token, the smallest one if even that did not run
     */
    int best(Predicate<int[][]> run) {
        int best = candidates[0];
        long end = System.nanoTime() + TOTAL_NANOS;
        long each = TOTAL_NANOS / candidates.length;
        double pace = 0;
        for (int tokens : candidates) {
            long from = System.nanoTime();
            if (pace > 0 && from + 2 * tokens / pace > end) {
                break;
            }
            double measured = measure(run, tokens, each);
            if (measured == 0) {
                break;
            }
            pace = tokens / (double) last;
            if (measured > speed * WORTH) {
                speed = measured;
                best = tokens;
            }
        }
        return best;
    }

    /** Tokens a second with the best batch. */
    double speed() {
        return speed;
    }

    /** The best of several runs, for others use the machine too; the first run, which allocates, counts only if it is the only one. */
    private double measure(Predicate<int[][]> run, int tokens, long nanos) {
        int[] row = new int[width];
        Arrays.fill(row, TOKEN);
        int[][] ids = new int[Math.max(1, tokens / width)][];
        Arrays.fill(ids, row);
        long end = System.nanoTime() + nanos;
        long best = Long.MAX_VALUE;
        int runs = 0;
        do {
            long wall = System.nanoTime();
            long from = clock.getAsLong();
            if (run.test(ids) == false) {
                return 0;
            }
            long took = Math.max(1, clock.getAsLong() - from);
            last = Math.max(1, System.nanoTime() - wall);
            best = runs == 1 ? took : Math.min(best, took);
            runs++;
        } while (System.nanoTime() + last < end);
        return 1e9 * ids.length * width / best;
    }
}
