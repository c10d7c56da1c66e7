package org.opensearch.affinity.retrieve;

import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.core.ParseField;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.ConstructingObjectParser;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.index.query.AbstractQueryBuilder;
import org.opensearch.index.query.BoolQueryBuilder;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.index.query.QueryBuilders;
import org.opensearch.index.query.QueryRewriteContext;

import java.io.IOException;
import java.util.Collection;

import static org.opensearch.core.xcontent.ConstructingObjectParser.optionalConstructorArg;

/**
 * How far a retrieval by vector reaches, said alike in all queries that retrieve.
 *
 * @param k             how many of each shard's nearest documents match, from 1 to {@value #MAX_K}
 * @param minSimilarity the least score, from 0 to 1, that a document needs to match; a score of 0 never matches
 * @param filter        which documents are looked at in the first place; null for all
 */
record KnnParameters(int k, float minSimilarity, QueryBuilder filter) implements Writeable {
    static final int DEFAULT_K = 100;
    static final int MAX_K = 10_000;

    /** Adds this record's arguments and those of every query, {@code boost} and {@code _name}, behind the parser's own. */
    static void declare(ConstructingObjectParser<Object[], Void> parser) {
        parser.declareInt(optionalConstructorArg(), new ParseField("k"));
        parser.declareFloat(optionalConstructorArg(), new ParseField("min_similarity"));
        parser.declareObject(
            optionalConstructorArg(),
            (p, c) -> AbstractQueryBuilder.parseInnerQueryBuilder(p),
            new ParseField("filter")
        );
        parser.declareFloat(optionalConstructorArg(), AbstractQueryBuilder.BOOST_FIELD);
        parser.declareString(optionalConstructorArg(), AbstractQueryBuilder.NAME_FIELD);
    }

    /**
     * What was parsed after {@link #declare}.
     *
     * @param query for errors, which name it, the field, the value and what would be right
     * @param own   how many arguments the query declared before
     */
    static KnnParameters of(String query, Object[] said, int own) {
        int k = said[own] == null ? DEFAULT_K : (int) said[own];
        if (k < 1 || k > MAX_K) {
            throw new IllegalArgumentException("[" + query + "] [k] must be from 1 to " + MAX_K + ", got [" + k + "]");
        }
        float least = said[own + 1] == null ? 0 : (float) said[own + 1];
        if ((least >= 0 && least <= 1) == false) {
            throw new IllegalArgumentException("[" + query + "] [min_similarity] must be a number from 0 to 1, got [" + least + "]");
        }
        return new KnnParameters(k, least, (QueryBuilder) said[own + 2]);
    }

    /** Gives a query the boost and name that were parsed after {@link #declare}. */
    static <Q extends QueryBuilder> Q dress(Q query, Object[] said, int own) {
        if (said[own + 3] != null) {
            query.boost((float) said[own + 3]);
        }
        query.queryName((String) said[own + 4]);
        return query;
    }

    KnnParameters(StreamInput in) throws IOException {
        this(in.readVInt(), in.readFloat(), in.readOptionalNamedWriteable(QueryBuilder.class));
    }

    @Override
    public void writeTo(StreamOutput out) throws IOException {
        out.writeVInt(k);
        out.writeFloat(minSimilarity);
        out.writeOptionalNamedWriteable(filter);
    }

    /** The same without these items, as if they were not in the index. */
    KnnParameters without(Tracker.Items items, Collection<String> ids) {
        if (ids.isEmpty()) {
            return this;
        }
        BoolQueryBuilder others = QueryBuilders.boolQuery();
        boolean byDocumentId = items.idField().equals("_id");
        others.mustNot(
            byDocumentId ? QueryBuilders.idsQuery().addIds(ids.toArray(String[]::new)) : QueryBuilders.termsQuery(items.idField(), ids)
        );
        if (filter != null) {
            others.filter(filter);
        }
        return new KnnParameters(k, minSimilarity, others);
    }

    /** This, if its filter is rewritten to itself. */
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
