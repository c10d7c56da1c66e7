package org.opensearch.affinity.retrieve;

import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.Query;
import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.tracker.TrackedItems;
import org.opensearch.affinity.xcontent.BuilderParser;
import org.opensearch.affinity.xcontent.FieldPath;
import org.opensearch.affinity.xcontent.ValueReader;
import org.opensearch.affinity.xcontent.Values;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.index.query.AbstractQueryBuilder;
import org.opensearch.index.query.BoolQueryBuilder;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.index.query.QueryBuilderVisitor;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.index.query.QueryRewriteContext;
import org.opensearch.index.query.QueryShardContext;
import org.opensearch.index.query.QueryShardException;

import java.io.IOException;
import java.util.Collection;
import java.util.List;

/**
 * The parameters of a search for the nearest vectors, the same in all retrieval queries. Immutable, except for the filter.
 *
 * @param k             how many of each shard's nearest documents match, from 1 to {@value #MAX_K}
 * @param minSimilarity the least score of a match, from 0 to 1; a score of 0 never matches
 * @param filter        the documents that are considered; null for all
 */
record KnnParameters(int k, float minSimilarity, QueryBuilder filter) implements Writeable {
    private static final Format FORMAT = Format.first(KnnParameters.class);
    /** Whether the thread makes the Lucene query of a filter. Some queries do not show the queries in them, so they are noticed here. */
    private static final ThreadLocal<Boolean> IN_FILTER = ThreadLocal.withInitial(() -> false);

    static final int DEFAULT_K = 100;
    static final int MAX_K = 10_000;
    static final String BOOST_NAME = AbstractQueryBuilder.BOOST_FIELD.getPreferredName();
    static final String NAME_NAME = AbstractQueryBuilder.NAME_FIELD.getPreferredName();
    static final ValueReader<Double> BOOST = Values.numberOrString("a number from 0", number -> number >= 0 && number <= Float.MAX_VALUE);

    /** These parameters and those of every query, {@code boost} and {@code _name}, as they were sent. */
    static class Builder {
        private int k = DEFAULT_K;
        private float minSimilarity;
        private QueryBuilder filter;
        private float boost = AbstractQueryBuilder.DEFAULT_BOOST;
        private String name;

        static void declare(BuilderParser<? extends Builder> parser) {
            parser.declare("k", Values.wholeNumberOrString(1, MAX_K), (Builder b, Integer value) -> b.k = value);
            parser.declare(
                "min_similarity",
                Values.numberOrString(0, 1),
                (Builder b, Double value) -> b.minSimilarity = value.floatValue()
            );
            parser.declare("filter", KnnParameters::query, (Builder b, QueryBuilder value) -> b.filter = value);
            parser.declare(BOOST_NAME, BOOST, (Builder b, Double value) -> b.boost = value.floatValue());
            parser.declare(NAME_NAME, Values.STRING, (Builder b, String value) -> b.name = value);
        }

        KnnParameters knn() {
            return new KnnParameters(k, minSimilarity, filter);
        }

        /** Gives a query the boost and the name. */
        <Q extends QueryBuilder> Q named(Q query) {
            query.boost(boost);
            query.queryName(name);
            return query;
        }
    }

    private static QueryBuilder query(XContentParser parser, FieldPath path) throws IOException {
        if (parser.currentToken() != XContentParser.Token.START_OBJECT) {
            throw path.error("must be a query such as {\"term\": {\"category\": \"tents\"}}");
        }
        QueryBuilder filter = AbstractQueryBuilder.parseInnerQueryBuilder(parser);
        filter.visit(new QueryBuilderVisitor() {
            @Override
            public void accept(QueryBuilder query) {
                if (query instanceof RetrievalQueryBuilder) {
                    throw path.error(mustNotContain(query.getName()));
                }
            }

            @Override
            public QueryBuilderVisitor getChildVisitor(Occur occur) {
                return this;
            }
        });
        return filter;
    }

    /** The problem with a filter that searches for nearest vectors again: each level would multiply the work. */
    private static String mustNotContain(String query) {
        return "must not contain the query [" + query + "]: put both queries into a [bool]";
    }

    KnnParameters(StreamInput in) throws IOException {
        this(FORMAT.read(in));
    }

    private KnnParameters(Frame in) throws IOException {
        this(in.readVInt(), in.readFloat(), in.readOptionalNamedWriteable(QueryBuilder.class));
    }

    @Override
    public void writeTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            out.writeVInt(k);
            out.writeFloat(minSimilarity);
            out.writeOptionalNamedWriteable(filter);
        }
    }

    /** These parameters without some items, as if they were not in the index. */
    KnnParameters without(TrackedItems items, Collection<String> ids) {
        if (ids.isEmpty()) {
            return this;
        }
        BoolQueryBuilder others = QueryBuilders.boolQuery();
        others.mustNot(new ItemsQueryBuilder(items.idField(), List.copyOf(ids)));
        if (filter != null) {
            others.filter(filter);
        }
        return new KnnParameters(k, minSimilarity, others);
    }

    /**
     * The filter's Lucene query; null if there is no filter.
     *
     * @throws QueryShardException if the filter searches for nearest vectors again, which {@link #requireOutsideOfFilter} notices
     */
    Query filter(QueryShardContext context) throws IOException {
        if (filter == null) {
            return null;
        }
        IN_FILTER.set(true);
        try {
            return filter.toQuery(context);
        } finally {
            IN_FILTER.remove();
        }
    }

    /** Refuses to make a query within a {@link #filter(QueryShardContext)}. */
    static void requireOutsideOfFilter(QueryShardContext context, String query) {
        if (IN_FILTER.get()) {
            throw new QueryShardException(context, "[filter] " + mustNotContain(query));
        }
    }

    /** Rewrites the filter. Returns this object if that changes nothing. */
    KnnParameters rewrite(QueryRewriteContext context) throws IOException {
        QueryBuilder rewritten = filter == null ? null : filter.rewrite(context);
        return rewritten == filter ? this : new KnnParameters(k, minSimilarity, rewritten);
    }

    void toXContent(XContentBuilder builder) throws IOException {
        builder.field("k", k).field("min_similarity", minSimilarity);
        if (filter != null) {
            builder.field("filter", filter);
        }
    }
}
