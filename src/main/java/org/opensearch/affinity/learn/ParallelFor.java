package org.opensearch.affinity.learn;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A parallel loop: the calling thread works, together with threads of an executor. If the executor refuses or delays tasks, the
 * loop is slower but still completes.
 *
 * @param executor of the additional threads
 * @param threads  largest number of threads including the calling one, at least 1
 */
public record ParallelFor(Executor executor, int threads) {
    /** Uses the calling thread only. */
    public static final ParallelFor SEQUENTIAL = new ParallelFor(task -> { throw new RejectedExecutionException(); }, 1);

    /** @throws IllegalArgumentException if there is no thread */
    public ParallelFor {
        if (threads < 1) {
            throw new IllegalArgumentException("[threads] must be at least 1, got [" + threads + "]");
        }
    }

    /** The body of a loop. What it writes must depend on the range alone. */
    @FunctionalInterface
    public interface Body {
        /**
         * Processes a range of indices.
         *
         * @param from the first index
         * @param to   the index after the last one
         */
        void run(int from, int to);
    }

    /**
     * Runs the body for all indices from 0 to {@code count - 1}, in chunks. Returns when no thread works on the loop any more, and
     * throws the first exception of a chunk or of the progress listener.
     *
     * @param progress called by the calling thread
     */
    public void run(int count, int chunkSize, ProgressListener progress, Body body) {
        Loop loop = new Loop(count, chunkSize, body);
        for (int thread = 1; thread < Math.min(threads, loop.chunks); thread++) {
            try {
                executor.execute(loop::help);
            } catch (RejectedExecutionException e) {
                break;
            }
        }
        loop.lead(progress);
    }

    /** One call of {@link #run}. */
    private static final class Loop {
        private final int count;
        private final int chunkSize;
        private final int chunks;
        private final Body body;
        private final AtomicInteger next = new AtomicInteger();
        private volatile Throwable failure;
        // Guarded by this.
        private int helpers;

        Loop(int count, int chunkSize, Body body) {
            this.count = count;
            this.chunkSize = chunkSize;
            this.chunks = (int) Math.ceilDiv((long) count, chunkSize);
            this.body = body;
        }

        /** Called by the calling thread: works, reports progress and waits for the helpers. */
        void lead(ProgressListener progress) {
            try {
                progress.at(0);
                while (runNextChunk()) {
                    progress.at(Math.min(1.0, (double) next.get() / chunks));
                }
            } catch (RuntimeException | Error e) {
                fail(e);
            }
            awaitHelpers();
            if (failure instanceof RuntimeException e) {
                throw e;
            }
            if (failure instanceof Error e) {
                throw e;
            }
        }

        /** Called by the executor's threads. One that starts after the loop has ended finds no chunk left. */
        void help() {
            synchronized (this) {
                helpers++;
            }
            try {
                boolean more = true;
                while (more) {
                    more = runNextChunk();
                }
            } catch (RuntimeException | Error e) {
                fail(e);
            } finally {
                synchronized (this) {
                    helpers--;
                    notifyAll();
                }
            }
        }

        private boolean runNextChunk() {
            if (failure != null) {
                return false;
            }
            int chunk = next.getAndIncrement();
            if (chunk >= chunks) {
                next.set(chunks);
                return false;
            }
            int from = chunk * chunkSize;
            body.run(from, (int) Math.min(count, (long) from + chunkSize));
            return true;
        }

        private synchronized void fail(Throwable e) {
            if (failure == null) {
                failure = e;
            }
        }

        /** Defers an interrupt, because helpers still write to the caller's arrays. */
        private void awaitHelpers() {
            boolean interrupted = false;
            synchronized (this) {
                while (helpers > 0) {
                    try {
                        wait();
                    } catch (InterruptedException e) {
                        interrupted = true;
                    }
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
