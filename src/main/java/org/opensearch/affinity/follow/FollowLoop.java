package org.opensearch.affinity.follow;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.opensearch.affinity.cluster.RedactedException;
import org.opensearch.affinity.event.LogShard;
import org.opensearch.affinity.event.ReadEventsAction;
import org.opensearch.common.unit.TimeValue;

/**
 * Follows a log shard until it is stopped or its task is cancelled: runs one {@link Follower} after another. A follower runs until a step
 * fails. The next one starts from the stored progress after a pause, which doubles with each failure in a row. Thread-safe.
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
    /** Since progress was last stored. */
    private int failures;
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
        if (isCancelled() == false) {
            new Follower(logShard, services, this).start();
        }
    }

    /** Called by the running follower after it stored progress. */
    synchronized void progressed() {
        if (failures > 0) {
            LOGGER.info("[{}] follows {} again after [{}] failures", logShard.tracker(), logShard.shard(), failures);
            failures = 0;
        }
    }

    /** Called once by the running follower when a step failed; starts another one after a pause. */
    void failed(Exception e) {
        if (isCancelled()) {
            return;
        }
        int inARow = countFailure();
        if (inARow == FAILURES_TO_WARN) {
            LOGGER.warn(
                "[{}] cannot follow {}: failed [{}] times in a row; keeps retrying",
                logShard.tracker(),
                logShard.shard(),
                inARow,
                RedactedException.of(e)
            );
        } else {
            LOGGER.debug("[{}] starts over to follow {}", logShard.tracker(), logShard.shard(), RedactedException.of(e));
        }
        services.threadPool().schedule(this::start, pause(inARow), ReadEventsAction.THREAD_POOL);
    }

    private synchronized int countFailure() {
        return ++failures;
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
