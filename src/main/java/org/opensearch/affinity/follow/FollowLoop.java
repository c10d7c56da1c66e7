package org.opensearch.affinity.follow;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.opensearch.affinity.cluster.RedactedException;
import org.opensearch.affinity.event.LogShard;
import org.opensearch.common.unit.TimeValue;

/**
 * Follows a log shard until it is stopped or its task is cancelled: runs one {@link Follower} after another. A follower runs until a step
 * fails, its start included. The next one starts from the stored progress after a pause, which doubles with each failure in a row. The
 * task's status shows the last failure, until progress was stored or the follower found that there is nothing to do. Thread-safe.
 */
final class FollowLoop {
    private static final Logger LOGGER = LogManager.getLogger(FollowLoop.class);
    private static final long MIN_PAUSE_MS = 50;
    private static final long MAX_PAUSE_MS = 10_000;
    /** Single failures are normal: searches fail while shards move, and followers of other log shards write the same documents. */
    private static final int FAILURES_TO_WARN = 5;

    private final FollowTask task;
    private final LogShard logShard;
    private final FollowServices services;
    private final Runnable whenCompleted;
    // Guarded by this.
    /** As last stored; null before it was read. */
    private Progress progress;
    /** Null unless the follower fails. */
    private FollowStatus.Failure failure;
    private boolean isStopped;
    private boolean isCompleted;

    /** @param whenCompleted called once, when the loop has ended */
    FollowLoop(FollowTask task, LogShard logShard, FollowServices services, Runnable whenCompleted) {
        this.task = task;
        this.logShard = logShard;
        this.services = services;
        this.whenCompleted = whenCompleted;
    }

    /** Starts a follower, unless the task is cancelled. */
    void start() {
        if (isCancelled()) {
            return;
        }
        try {
            new Follower(logShard, services, this).start();
        } catch (RuntimeException e) {
            failed("start", e);
        }
    }

    /** Called by a follower that has read its stored progress. */
    synchronized void started(Progress stored) {
        progress = stored.withoutStatistics();
        show();
    }

    /** Called by the running follower after it stored progress, or found that there is nothing to do. */
    synchronized void progressed(Progress stored) {
        progress = stored.withoutStatistics();
        if (failure != null) {
            LOGGER.info("[{}] follows {} again after [{}] failures", logShard.tracker(), logShard.shard(), failure.count());
            failure = null;
        }
        show();
    }

    private void show() {
        task.show(new FollowStatus(logShard.followerId(), progress, failure));
    }

    /**
     * Called once by the running follower when a step failed; starts another one after a pause.
     *
     * @param step what was done, with the indices and fields that were used
     */
    void failed(String step, Exception e) {
        if (isCancelled()) {
            return;
        }
        FollowStatus.Failure last = count(step, e);
        if (last.count() == FAILURES_TO_WARN) {
            LOGGER.warn(
                "[{}] cannot follow {}: failed [{}] times in a row, last to {}; keeps retrying",
                logShard.tracker(),
                logShard.shard(),
                last.count(),
                last.reason(),
                RedactedException.of(e)
            );
        } else {
            RedactedException shown = RedactedException.of(e);
            LOGGER.debug("[{}] starts over to follow {}: failed to {}", logShard.tracker(), logShard.shard(), step, shown);
        }
        services.later(pause(last.count()), this::start);
    }

    private synchronized FollowStatus.Failure count(String step, Exception e) {
        long now = System.currentTimeMillis();
        int inARow = failure == null ? 1 : failure.count() + 1;
        long since = failure == null ? now : failure.since();
        String reason = step + ": " + RedactedException.summary(e);
        failure = new FollowStatus.Failure(since, inARow, reason, now + pause(inARow).millis());
        show();
        return failure;
    }

    private static TimeValue pause(int failures) {
        return TimeValue.timeValueMillis(Math.min(MAX_PAUSE_MS, MIN_PAUSE_MS << Math.min(failures - 1, 10)));
    }

    LogShard logShard() {
        return logShard;
    }

    /** Ends the loop: no step begins after this, and results of steps that run are ignored. */
    synchronized void stop() {
        isStopped = true;
        isCancelled();
    }

    /** Whether the loop was stopped or its task was cancelled; if so, the task is completed. */
    synchronized boolean isCancelled() {
        if ((isStopped || task.isCancelled()) && isCompleted == false) {
            isCompleted = true;
            whenCompleted.run();
        }
        return isCompleted;
    }
}
