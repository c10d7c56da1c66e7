package org.opensearch.affinity.cluster;

import org.opensearch.action.support.PlainActionFuture;
import org.opensearch.core.action.ActionListener;

import java.util.function.Consumer;

/** Blocking calls of asynchronous actions, for threads of the training pool. */
public final class Blocking {
    private Blocking() {}

    /** Returns the response, or throws the failure. */
    public static <T> T await(Consumer<ActionListener<T>> call) {
        PlainActionFuture<T> response = PlainActionFuture.newFuture();
        call.accept(response);
        return response.actionGet();
    }
}
