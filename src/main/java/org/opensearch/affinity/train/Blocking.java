package org.opensearch.affinity.train;

import org.opensearch.action.support.PlainActionFuture;
import org.opensearch.core.action.ActionListener;

import java.util.function.Consumer;

/** Waits for answers, on threads that may. */
final class Blocking {
    private Blocking() {}

    /** @return the answer; what failed is thrown */
    static <T> T await(Consumer<ActionListener<T>> call) {
        PlainActionFuture<T> answer = PlainActionFuture.newFuture();
        call.accept(answer);
        return answer.actionGet();
    }
}
