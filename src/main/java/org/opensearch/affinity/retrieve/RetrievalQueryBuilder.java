package org.opensearch.affinity.retrieve;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apache.lucene.search.Query;
import org.apache.lucene.util.SetOnce;
import org.opensearch.affinity.cluster.RedactedException;
import org.opensearch.affinity.rank.RankNode;
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
 * A query that says in words what to retrieve. The coordinator's first rewrite looks up, once a search and without
 * blocking, the vectors that this means; the next becomes a {@link NearestQueryBuilder} with them, which travels to the
 * shards. Where vectors cannot be had or come too late, the clause matches nothing and a warning says so: what else the
 * search asks for is answered. Only what the caller did wrong fails the search.
 */
abstract class RetrievalQueryBuilder<Q extends RetrievalQueryBuilder<Q>> extends AbstractQueryBuilder<Q> {
    private static final Logger LOGGER = LogManager.getLogger(RetrievalQueryBuilder.class);

    /** What a query became: one that shards can answer, and what the caller should know. */
    record Resolved(QueryBuilder query, List<String> warnings) {
        static Resolved of(QueryBuilder query) {
            return new Resolved(query, List.of());
        }

        static Resolved nothing(String... warnings) {
            return new Resolved(new MatchNoneQueryBuilder(), List.of(warnings));
        }
    }

    private final KnnParameters reach;
    private Supplier<Resolved> pending;

    RetrievalQueryBuilder(KnnParameters reach) {
        this.reach = reach;
    }

    RetrievalQueryBuilder(StreamInput in) throws IOException {
        super(in);
        reach = new KnnParameters(in);
    }

    @Override
    protected final void doWriteTo(StreamOutput out) throws IOException {
        if (pending != null) {
            throw new IllegalStateException("[" + getName() + "] is not resolved yet: rewrite before sending");
        }
        reach.writeTo(out);
        writeOwn(out);
    }

    /** What comes behind boost, name and reach. */
    abstract void writeOwn(StreamOutput out) throws IOException;

    /** Looks up what the query means. A failure becomes {@link #unavailable()}, unless it is the caller's fault. */
    abstract void resolve(Client client, ActionListener<Resolved> listener);

    /** The warning when {@link #resolve} fails. */
    abstract String unavailable();

    /** A query that says the same; boost and name need not be copied. */
    abstract Q copy();

    abstract void ownXContent(XContentBuilder builder) throws IOException;

    abstract boolean equalsOwn(Q other);

    abstract int hashOwn();

    final KnnParameters reach() {
        return reach;
    }

    /** A text that must be there; the error says what it is for. */
    static String required(String query, String field, Object value, String purpose) {
        if (value == null) {
            throw new IllegalArgumentException("[" + query + "] [" + field + "] is required: " + purpose);
        }
        return notEmpty(query, field, value);
    }

    /** A text, or null if it was not said. */
    static String notEmpty(String query, String field, Object value) {
        if (value instanceof String text && text.isBlank()) {
            throw new IllegalArgumentException("[" + query + "] [" + field + "] must not be empty");
        }
        return (String) value;
    }

    @Override
    protected final QueryBuilder doRewrite(QueryRewriteContext context) {
        if (pending == null) {
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
        // Here and not where it was found out: of several look-ups, only the last one's context goes on with the search.
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
        throw new QueryShardException(context, "[" + getName() + "] works where a coordinator rewrites the query, as in a search");
    }

    @Override
    protected final void doXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject(getName());
        ownXContent(builder);
        reach.toXContent(builder);
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
        return reach.equals(that.reach) && pending == that.pending && equalsOwn(other);
    }

    @Override
    protected final int doHashCode() {
        return Objects.hash(reach, System.identityHashCode(pending), hashOwn());
    }
}
