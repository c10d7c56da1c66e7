package org.opensearch.affinity.retrieve;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apache.lucene.search.Query;
import org.apache.lucene.util.SetOnce;
import org.opensearch.affinity.cluster.RedactedException;
import org.opensearch.affinity.rank.RankNode;
import org.opensearch.affinity.rank.RewrittenSearch;
import org.opensearch.common.logging.HeaderWarning;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.index.query.AbstractQueryBuilder;
import org.opensearch.index.query.MatchNoneQueryBuilder;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.index.query.QueryRewriteContext;
import org.opensearch.index.query.QueryShardContext;
import org.opensearch.index.query.QueryShardException;
import org.opensearch.transport.client.Client;

import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * A query for the items nearest to vectors that the coordinator looks up. Its first rewrite looks them up, once a search and without
 * blocking. The next rewrite becomes a {@link NearestQueryBuilder} with the vectors, which is sent to the shards. If the vectors cannot be
 * looked up in time, the query matches nothing and the search has a warning. Only errors of the request fail the search.
 */
abstract class RetrievalQueryBuilder<Q extends RetrievalQueryBuilder<Q>> extends AbstractQueryBuilder<Q> {
    private static final Logger LOGGER = LogManager.getLogger(RetrievalQueryBuilder.class);

    /** The result of a look-up: the query for the shards, and warnings for the caller. */
    record Resolved(QueryBuilder query, List<String> warnings) {
        static Resolved of(QueryBuilder query) {
            return new Resolved(query, List.of());
        }

        static Resolved nothing(String... warnings) {
            return new Resolved(new MatchNoneQueryBuilder(), List.of(warnings));
        }
    }

    private final KnnParameters knn;
    /** Null before the look-up has begun; gives null until it is done. */
    private Supplier<Resolved> pending;
    /** Whether the search explains its scores; known when the look-up begins. */
    private boolean explained;

    RetrievalQueryBuilder(KnnParameters knn) {
        this.knn = knn;
    }

    RetrievalQueryBuilder(StreamInput in) throws IOException {
        super(in);
        knn = new KnnParameters(in);
    }

    @Override
    protected final void doWriteTo(StreamOutput out) throws IOException {
        if (pending != null) {
            throw new IllegalStateException("[" + getName() + "] is not resolved yet: rewrite before sending");
        }
        knn.writeTo(out);
        writeOwn(out);
    }

    /** Writes the parameters of this kind of query. */
    abstract void writeOwn(StreamOutput out) throws IOException;

    /** Looks up the vectors. A failure becomes the warning {@link #unavailable}, unless the request is wrong. */
    abstract void resolve(Client client, ActionListener<Resolved> listener);

    /** The warning when {@link #resolve} fails. */
    abstract String unavailable();

    /** An equal query, but for boost and name. */
    abstract Q copy();

    /** Writes the parameters of this kind of query. */
    abstract void ownXContent(XContentBuilder builder) throws IOException;

    abstract boolean equalsOwn(Q other);

    abstract int hashOwn();

    final boolean isExplained() {
        return explained;
    }

    final KnnParameters knn() {
        return knn;
    }

    @Override
    protected final QueryBuilder doRewrite(QueryRewriteContext context) {
        if (pending == null) {
            requireCoordinator(context, getName());
            explained = RewrittenSearch.explains(context);
            SetOnce<Resolved> resolved = new SetOnce<>();
            context.registerAsyncAction((client, listener) -> resolve(client, resolved, listener));
            RetrievalQueryBuilder<Q> waiting = copy();
            waiting.pending = resolved::get;
            return waiting;
        }
        Resolved resolved = pending.get();
        if (resolved == null) {
            return this;
        }
        // Not where they arise: of several look-ups, only the thread context of the last one continues with the search.
        resolved.warnings.forEach(HeaderWarning::addWarning);
        return resolved.query;
    }

    private void resolve(Client client, SetOnce<Resolved> resolved, ActionListener<?> listener) {
        resolve(client, ActionListener.wrap(found -> {
            resolved.set(found);
            listener.onResponse(null);
        }, e -> {
            if (RankNode.isCallersFault(e)) {
                listener.onFailure(e);
                return;
            }
            LOGGER.debug("[{}] cannot be resolved", getName(), RedactedException.of(e));
            resolved.set(Resolved.nothing(unavailable()));
            listener.onResponse(null);
        }));
    }

    @Override
    protected final Query doToQuery(QueryShardContext context) {
        throw onShard(context, getName());
    }

    /** @throws QueryShardException (400) where nothing can be looked up, as in the filter of an alias */
    static void requireCoordinator(QueryRewriteContext context, String query) {
        if (context.convertToShardContext() != null) {
            throw onShard(context.convertToShardContext(), query);
        }
    }

    /** The error where nothing can be looked up. */
    static QueryShardException onShard(QueryShardContext context, String query) {
        String problem = "] works in the body of a search only, not in the filter of an alias, in a percolator or in a document-level "
            + "permission: it looks vectors or profiles up before the search";
        return new QueryShardException(context, "[" + query + problem);
    }

    @Override
    protected final void doXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject(getName());
        ownXContent(builder);
        knn.toXContent(builder);
        printBoostAndQueryName(builder);
        builder.endObject();
    }

    @Override
    public final String getWriteableName() {
        return getName();
    }

    @Override
    protected final boolean doEquals(Q other) {
        RetrievalQueryBuilder<Q> that = other;
        return knn.equals(that.knn) && pending == that.pending && equalsOwn(other);
    }

    @Override
    protected final int doHashCode() {
        return Objects.hash(knn, System.identityHashCode(pending), hashOwn());
    }
}
