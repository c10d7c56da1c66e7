package org.opensearch.affinity.retrieve;

import org.apache.lucene.util.SetOnce;
import org.opensearch.core.action.ActionListener;
import org.opensearch.index.query.QueryRewriteContext;
import org.opensearch.transport.client.Client;

import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/** Look-ups that equal clauses of one search share, by the search's rewrite context. Thread-safe. */
final class SharedLookUps {
    /** An entry is dropped with its search. */
    private static final Map<QueryRewriteContext, Map<Object, Supplier<?>>> SEARCHES = Collections.synchronizedMap(new WeakHashMap<>());

    private SharedLookUps() {}

    /**
     * Registers a look-up with the search, unless an equal clause has done so.
     *
     * @param clause equal for clauses that look up the same; does not refer to the context
     * @param lookUp gets the result, or a failure, which fails the search; does not refer to the context
     * @return gives null until the look-up is done
     */
    @SuppressWarnings("unchecked")
    static <T> Supplier<T> of(QueryRewriteContext context, Object clause, BiConsumer<Client, ActionListener<T>> lookUp) {
        Map<Object, Supplier<?>> lookUps = SEARCHES.computeIfAbsent(context, search -> new ConcurrentHashMap<>());
        return (Supplier<T>) lookUps.computeIfAbsent(clause, absent -> register(context, lookUp));
    }

    private static <T> Supplier<T> register(QueryRewriteContext context, BiConsumer<Client, ActionListener<T>> lookUp) {
        SetOnce<T> result = new SetOnce<>();
        context.registerAsyncAction((client, listener) -> lookUp.accept(client, ActionListener.wrap(found -> {
            result.set(found);
            listener.onResponse(null);
        }, listener::onFailure)));
        return result::get;
    }
}
