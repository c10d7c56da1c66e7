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
 * Base of the queries that name what to retrieve: a user, items or a text. The coordinator looks the vectors up in the first rewrite, once
 * per search and without blocking. The next rewrite replaces the query by a {@link NearestQueryBuilder}, which goes to the shards. If the
 * look-up fails or is late, the query matches nothing and a warning header says so; the rest of the search is answered. Only a wrong or
 * forbidden request fails the search.
 */
abstract class RetrievalQueryBuilder<Q extends RetrievalQueryBuilder<Q>> extends AbstractQueryBuilder<Q> {
    private static final Logger LOGGER = LogManager.getLogger(RetrievalQueryBuilder.class);

    /**
     * The result of a look-up.
     *
     * @param query    that shards can answer
     * @param warnings for the response, may be empty
     */
    record Resolved(QueryBuilder query, List<String> warnings) {
        static Resolved of(QueryBuilder query) {
            return new Resolved(query, List.of());
        }

        static Resolved nothing(String... warnings) {
            return new Resolved(new MatchNoneQueryBuilder(), List.of(warnings));
        }
    }

    private final KnnParameters reach;
    /** Null before the first rewrite; then gives null until the look-up has ended. */
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
            throw new IllegalStateException("[" + getName() + "] cannot be sent before its look-up has ended: rewrite it first");
        }
        reach.writeTo(out);
        writeOwn(out);
    }

    /** Writes the fields of the subclass, after boost, name and {@link KnnParameters}. */
    abstract void writeOwn(StreamOutput out) throws IOException;

    /** Looks up the vectors, without blocking. A failure becomes a warning, unless {@link RankNode#isCallersFault} is true for it. */
    abstract void resolve(Client client, ActionListener<Resolved> listener);

    /** The text of the warning if {@link #resolve} fails. */
    abstract String unavailable();

    /** A copy of the query. Boost and name need not be copied: rewriting does. */
    abstract Q copy();

    /** Writes the fields of the subclass into an open object. */
    abstract void ownXContent(XContentBuilder builder) throws IOException;

    /** Whether the fields of the subclass are equal. */
    abstract boolean equalsOwn(Q other);

    /** Hash of the fields of the subclass. */
    abstract int hashOwn();

    final KnnParameters reach() {
        return reach;
    }

    /**
     * A required string.
     *
     * @param value   the parsed value, null if it is missing
     * @param purpose what to give, for the error
     * @throws IllegalArgumentException if the value is missing or blank
     */
    static String required(String query, String field, Object value, String purpose) {
        if (value == null) {
            throw new IllegalArgumentException("[" + query + "] [" + field + "] is required: " + purpose);
        }
        return notEmpty(query, field, value);
    }

    /**
     * An optional string.
     *
     * @return null if it is missing
     * @throws IllegalArgumentException if the value is blank
     */
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
        // Not in the look-up's thread: if a search makes several look-ups, it continues with the thread context of the last one only.
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
            LOGGER.debug("cannot look up the vectors of the query [{}]", getName(), RedactedException.of(e));
            resolved.set(Resolved.nothing(unavailable()));
            listener.onResponse(null);
        }));
    }

    @Override
    protected final Query doToQuery(QueryShardContext context) {
        throw new QueryShardException(context, "[" + getName() + "] must be rewritten by a coordinating node, as in a search");
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
