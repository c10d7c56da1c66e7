package org.opensearch.affinity.retrieve;

import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.rank.InterestVectors;
import org.opensearch.affinity.rank.InterestVectors.Aspect;
import org.opensearch.affinity.vector.VectorFieldMapper.VectorFieldType;
import org.opensearch.affinity.vector.WhitenedSpace;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.index.mapper.MappedFieldType;
import org.opensearch.index.query.AbstractQueryBuilder;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.index.query.QueryRewriteContext;
import org.opensearch.index.query.QueryShardContext;
import org.opensearch.index.query.QueryShardException;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The query that retrieval queries become on the coordinator and that shards answer. It cannot be sent as JSON. */
public final class NearestQueryBuilder extends AbstractQueryBuilder<NearestQueryBuilder> {
    public static final String NAME = "affinity_nearest";
    /** The field type of the k-NN plugin, whose engine {@code lucene} writes vectors that Lucene reads. */
    private static final String KNN_VECTOR = "knn_vector";

    private final InterestVectors interests;
    private final KnnParameters knn;
    private final boolean ignoreUnmapped;

    /** @param ignoreUnmapped whether an index without the field has no matches; else its shards fail */
    NearestQueryBuilder(InterestVectors interests, KnnParameters knn, boolean ignoreUnmapped) {
        this.interests = interests;
        this.knn = knn;
        this.ignoreUnmapped = ignoreUnmapped;
    }

    public NearestQueryBuilder(StreamInput in) throws IOException {
        super(in);
        interests = new InterestVectors(in);
        knn = new KnnParameters(in);
        ignoreUnmapped = in.readBoolean();
    }

    @Override
    protected void doWriteTo(StreamOutput out) throws IOException {
        interests.writeTo(out);
        knn.writeTo(out);
        out.writeBoolean(ignoreUnmapped);
    }

    /**
     * Vectors as equally strong interests without a centre: the affinity of an item is its largest cosine with one of them.
     *
     * @param vectors by the names of what they belong to; at least one, all of the same dimension, of any length above 0
     */
    static InterestVectors near(String field, Map<String, float[]> vectors) {
        List<Aspect> aspects = new ArrayList<>();
        vectors.forEach((name, vector) -> {
            float[] direction = VectorUtil.l2normalize(vector.clone(), false);
            aspects.add(new Aspect(aspects.size() + 1, 1f, direction, 0f, List.of(name)));
        });
        WhitenedSpace space = WhitenedSpace.around(new float[aspects.get(0).direction().length]);
        return new InterestVectors(field, space, 0, false, List.copyOf(aspects));
    }

    @Override
    protected QueryBuilder doRewrite(QueryRewriteContext context) throws IOException {
        KnnParameters rewritten = knn.rewrite(context);
        return rewritten == knn ? this : new NearestQueryBuilder(interests, rewritten, ignoreUnmapped);
    }

    @Override
    protected Query doToQuery(QueryShardContext context) throws IOException {
        MappedFieldType type = context.fieldMapper(interests.field());
        if (interests.isEmpty() || type == null && ignoreUnmapped) {
            return new MatchNoDocsQuery("no interests, or no field [" + interests.field() + "]");
        }
        requireVectors(type, context);
        Query filter = knn.filter() == null ? null : knn.filter().toQuery(context);
        return new NearestItems(interests, knn.k(), knn.minSimilarity(), filter);
    }

    private void requireVectors(MappedFieldType type, QueryShardContext context) {
        String field = "field [" + interests.field() + "] ";
        if (type == null) {
            throw new QueryShardException(context, field + "does not exist; wanted one of type [affinity_vector]");
        }
        if (type instanceof VectorFieldType vectors) {
            if (vectors.dimension() != interests.dimension()) {
                throw new QueryShardException(
                    context,
                    field + "has dimension [" + vectors.dimension() + "], the vector searched for [" + interests.dimension()
                        + "]: was it another model?"
                );
            }
        } else if (type.typeName().equals(KNN_VECTOR) == false) {
            String problem = "is of type [" + type.typeName() + "]; wanted [affinity_vector] or [knn_vector]";
            throw new QueryShardException(context, field + problem);
        }
    }

    @Override
    protected void doXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject(NAME).field("field", interests.field()).field("interests", interests.aspects().size());
        knn.toXContent(builder);
        printBoostAndQueryName(builder);
        builder.endObject();
    }

    @Override
    protected boolean doEquals(NearestQueryBuilder other) {
        return interests.equals(other.interests) && knn.equals(other.knn) && ignoreUnmapped == other.ignoreUnmapped;
    }

    @Override
    protected int doHashCode() {
        return Objects.hash(interests, knn, ignoreUnmapped);
    }

    @Override
    public String getWriteableName() {
        return NAME;
    }
}
