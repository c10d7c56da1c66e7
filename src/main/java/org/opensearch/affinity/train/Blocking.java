package org.opensearch.affinity.train;

import org.opensearch.action.support.PlainActionFuture;
import org.opensearch.core.action.ActionListener;

import java.util.function.Consumer;

/** Blocking calls of asynchronous actions, for threads of the training pool. */
final class Blocking {
    private Blocking() {}

    /** Returns the response, or throws the failure. */
    static <T> T await(Consumer<ActionListener<T>> call) {
        PlainActionFuture<T> response = PlainActionFuture.newFuture();
        call.accept(response);
        return response.actionGet();
    }
}
