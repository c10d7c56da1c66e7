package org.opensearch.affinity.learn;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads that share work: the one that calls, and as many of an executor as it gives. An executor that refuses or is late makes
 * work slower and never stops it.
 *
 * @param executor where the others come from
 * @param threads  how many work at most, the one that calls included; at least 1
 */
public record ParallelFor(Executor executor, int threads) {
    /** The thread that calls. */
    public static final ParallelFor ALONE = new ParallelFor(task -> { throw new RejectedExecutionException(); }, 1);

    public ParallelFor {
        if (threads < 1) {
            throw new IllegalArgumentException("somebody must work, got " + threads + " threads");
        }
    }

    /** One slice of the work. What it writes must depend on the slice alone. */
    @FunctionalInterface
    public interface Task {
        /**
         * @param from the first
         * @param to   the one after the last
         */
        void work(int from, int to);
    }

    /**
     * Cuts 0 to {@code count} into slices of a size and has all of them done. Returns, or throws what a slice or the watch threw,
     * when nobody works any more.
     */
    public void share(int count, int slice, ProgressListener watch, Task task) {
        Shift shift = new Shift(count, slice, task);
        for (int other = 1; other < Math.min(threads, shift.slices); other++) {
            try {
                executor.execute(shift::join);
            } catch (RejectedExecutionException e) {
                break;
            }
        }
        shift.lead(watch);
    }

    /** One piece of work that is shared. */
    private static final class Shift {
        private final int count;
        private final int slice;
        private final int slices;
        private final Task task;
        private final AtomicInteger next = new AtomicInteger();
        private volatile Throwable failure;
        private int working;

        Shift(int count, int slice, Task task) {
            this.count = count;
            this.slice = slice;
            this.slices = (int) Math.ceilDiv((long) count, slice);
            this.task = task;
        }

        /** Works and watches until everybody is done. */
        void lead(ProgressListener watch) {
            try {
                watch.at(0);
                while (one()) {
                    watch.at(Math.min(1.0, (double) next.get() / slices));
                }
            } catch (RuntimeException | Error e) {
                fail(e);
            }
            end();
            if (failure instanceof RuntimeException e) {
                throw e;
            }
            if (failure instanceof Error e) {
                throw e;
            }
        }

        /** Works as long as there is something to do: when the lead has ended, all slices are taken or one has failed. */
        void join() {
            synchronized (this) {
                working++;
            }
            try {
                boolean more = true;
                while (more) {
                    more = one();
                }
            } catch (RuntimeException | Error e) {
                fail(e);
            } finally {
                synchronized (this) {
                    working--;
                    notifyAll();
                }
            }
        }

        private boolean one() {
            if (failure != null) {
                return false;
            }
            int mine = next.getAndIncrement();
            if (mine >= slices) {
                next.set(slices);
                return false;
            }
            int from = mine * slice;
            task.work(from, (int) Math.min(count, (long) from + slice));
            return true;
        }

        private synchronized void fail(Throwable e) {
            if (failure == null) {
                failure = e;
            }
        }

        /** An interrupt waits: others still write into what the caller would believe to be its own. */
        private void end() {
            boolean interrupted = false;
            synchronized (this) {
                while (working > 0) {
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
