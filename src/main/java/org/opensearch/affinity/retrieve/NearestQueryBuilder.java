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

/** What the three retrieving queries become on the coordinator and what the shards get; nobody can send it as JSON. */
public final class NearestQueryBuilder extends AbstractQueryBuilder<NearestQueryBuilder> {
    public static final String NAME = "affinity_nearest";
    /** That of k-NN, whose lucene engine writes vectors that Lucene reads. */
    private static final String KNN_VECTOR = "knn_vector";

    private final InterestVectors interests;
    private final KnnParameters reach;
    private final boolean ignoreUnmapped;

    /** @param ignoreUnmapped whether an index without the field has no matches, instead of a failure */
    NearestQueryBuilder(InterestVectors interests, KnnParameters reach, boolean ignoreUnmapped) {
        this.interests = interests;
        this.reach = reach;
        this.ignoreUnmapped = ignoreUnmapped;
    }

    public NearestQueryBuilder(StreamInput in) throws IOException {
        super(in);
        interests = new InterestVectors(in);
        reach = new KnnParameters(in);
        ignoreUnmapped = in.readBoolean();
    }

    @Override
    protected void doWriteTo(StreamOutput out) throws IOException {
        interests.writeTo(out);
        reach.writeTo(out);
        out.writeBoolean(ignoreUnmapped);
    }

    /**
     * Some vectors as equally strong interests around no centre, so that the affinity is the best cosine with one of them.
     *
     * @param vectors by what they are of, at least one, all of one dimension, of any length
     */
    static InterestVectors near(String field, Map<String, float[]> vectors) {
        List<Aspect> aspects = new ArrayList<>();
        vectors.forEach((name, vector) -> {
            float[] direction = VectorUtil.l2normalize(vector.clone(), false);
            aspects.add(new Aspect(aspects.size() + 1, 1f, direction, 0f, List.of(name)));
        });
        return new InterestVectors(field, WhitenedSpace.around(new float[aspects.get(0).direction().length]), 0, false, List.copyOf(aspects));
    }

    @Override
    protected QueryBuilder doRewrite(QueryRewriteContext context) throws IOException {
        KnnParameters rewritten = reach.rewrite(context);
        return rewritten == reach ? this : new NearestQueryBuilder(interests, rewritten, ignoreUnmapped);
    }

    @Override
    protected Query doToQuery(QueryShardContext context) throws IOException {
        MappedFieldType type = context.fieldMapper(interests.field());
        if (interests.isEmpty() || type == null && ignoreUnmapped) {
            return new MatchNoDocsQuery("no interests, or no field [" + interests.field() + "]");
        }
        requireVectors(type, context);
        Query filter = reach.filter() == null ? null : reach.filter().toQuery(context);
        return new NearestItems(interests, reach.k(), reach.minSimilarity(), filter);
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
                    field + "has dimension [" + vectors.dimension() + "], the vector searched for [" + interests.dimension() + "]: was it another model?"
                );
            }
        } else if (type.typeName().equals(KNN_VECTOR) == false) {
            throw new QueryShardException(context, field + "is of type [" + type.typeName() + "]; wanted [affinity_vector] or [knn_vector]");
        }
    }

    @Override
    protected void doXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject(NAME).field("field", interests.field()).field("interests", interests.aspects().size());
        reach.toXContent(builder);
        printBoostAndQueryName(builder);
        builder.endObject();
    }

    @Override
    protected boolean doEquals(NearestQueryBuilder other) {
        return interests.equals(other.interests) && reach.equals(other.reach) && ignoreUnmapped == other.ignoreUnmapped;
    }

    @Override
    protected int doHashCode() {
        return Objects.hash(interests, reach, ignoreUnmapped);
    }

    @Override
    public String getWriteableName() {
        return NAME;
    }
}
