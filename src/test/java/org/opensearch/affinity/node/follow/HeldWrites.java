package org.opensearch.affinity.node.follow;

import org.opensearch.action.ActionRequest;
import org.opensearch.action.bulk.BulkRequest;
import org.opensearch.action.bulk.BulkResponse;
import org.opensearch.action.support.ActionFilter;
import org.opensearch.action.support.ActionFilterChain;
import org.opensearch.action.support.ActionRequestMetadata;
import org.opensearch.affinity.tracker.IndexNames;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.plugins.ActionPlugin;
import org.opensearch.plugins.Plugin;
import org.opensearch.tasks.Task;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** Counts the bulk requests to profile indices on one node, and holds them back while a test wants it. */
public final class HeldWrites extends Plugin implements ActionPlugin {
    private final AtomicInteger succeeded = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    // Guarded by this.
    private final List<Runnable> held = new ArrayList<>();
    private boolean holding;

    /** Holds back requests from now on. */
    synchronized void hold() {
        holding = true;
    }

    synchronized int held() {
        return held.size();
    }

    /** Executes the requests that were held back, and further ones immediately. */
    void release() {
        List<Runnable> released;
        synchronized (this) {
            holding = false;
            released = List.copyOf(held);
            held.clear();
        }
        released.forEach(Runnable::run);
    }

    /** The number of requests that wrote at least one document. */
    int succeeded() {
        return succeeded.get();
    }

    /** The number of requests that wrote nothing. */
    int failed() {
        return failed.get();
    }

    private synchronized boolean holdBack(Runnable write) {
        return holding && held.add(write);
    }

    private void count(ActionResponse response) {
        boolean wrote = response instanceof BulkResponse bulk && Stream.of(bulk.getItems()).anyMatch(item -> item.isFailed() == false);
        (wrote ? succeeded : failed).incrementAndGet();
    }

    @Override
    public List<ActionFilter> getActionFilters() {
        return List.of(new ActionFilter() {
            @Override
            public int order() {
                return 0;
            }

            @Override
            public <Q extends ActionRequest, R extends ActionResponse> void apply(
                Task task,
                String action,
                Q request,
                ActionRequestMetadata<Q, R> metadata,
                ActionListener<R> listener,
                ActionFilterChain<Q, R> chain
            ) {
                if (request instanceof BulkRequest bulk && bulk.getIndices().stream().anyMatch(i -> IndexNames.PROFILES.contains(i))) {
                    ActionListener<R> counted = ActionListener.wrap(response -> {
                        count(response);
                        listener.onResponse(response);
                    }, e -> {
                        failed.incrementAndGet();
                        listener.onFailure(e);
                    });
                    Runnable write = () -> chain.proceed(task, action, request, counted);
                    if (holdBack(write) == false) {
                        write.run();
                    }
                } else {
                    chain.proceed(task, action, request, listener);
                }
            }
        });
    }
}
