package org.opensearch.affinity.follow;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.opensearch.action.support.ThreadedActionListener;
import org.opensearch.affinity.event.ReadEventsAction;
import org.opensearch.common.CheckedConsumer;
import org.opensearch.core.action.ActionListener;
import org.opensearch.threadpool.ThreadPool;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The steps of one run of a follower. Each begins on the plugin's thread pool when the call before it has been answered. The first
 * failure ends the run: no step begins after it. Thread-safe.
 */
final class Steps {
    private static final Logger LOGGER = LogManager.getLogger(Steps.class);

    private final ThreadPool threadPool;
    private final FollowLoop loop;
    private final AtomicBoolean hasFailed = new AtomicBoolean();

    Steps(ThreadPool threadPool, FollowLoop loop) {
        this.threadPool = threadPool;
        this.loop = loop;
    }

    /**
     * Returns the listener of a call that runs the next step, and ends the run if the call or the step fails.
     *
     * @param call what is called, with indices and fields, to be named if it fails
     */
    <T> ActionListener<T> then(String call, CheckedConsumer<T, Exception> step) {
        ActionListener<T> listener = ActionListener.wrap(result -> {
            if (hasFailed.get() == false) {
                step.accept(result);
            }
        }, e -> fail(call, e));
        return new ThreadedActionListener<>(LOGGER, threadPool, ReadEventsAction.THREAD_POOL, listener, true);
    }

    /** Runs a step that no call precedes, unless the run has ended. */
    void run(String step, Runnable body) {
        if (hasFailed.get() == false) {
            try {
                body.run();
            } catch (RuntimeException e) {
                fail(step, e);
            }
        }
    }

    /** Ends the run; a second failure, such as one of the other half, is ignored. */
    private void fail(String call, Exception e) {
        if (hasFailed.compareAndSet(false, true)) {
            loop.failed(call, e);
        }
    }
}
