package org.opensearch.affinity.retrieve;

import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.util.VectorUtil;
import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.rank.interest.InterestVector;
import org.opensearch.affinity.rank.interest.InterestVectors;
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

/**
 * The query that the coordinator sends to the shards in place of {@code affinity}, {@code affinity_similar} and {@code affinity_text}. It
 * contains the vectors. It has no parser: clients cannot send it. Immutable, apart from boost and name.
 */
public final class NearestQueryBuilder extends AbstractQueryBuilder<NearestQueryBuilder> {
    private static final Format FORMAT = Format.first(NearestQueryBuilder.class);
    public static final String NAME = "affinity_nearest";
    /** Field type of the k-NN plugin, whose lucene engine writes vectors that Lucene can read. */
    private static final String KNN_VECTOR = "knn_vector";

    private final InterestVectors interests;
    private final KnnParameters parameters;
    private final boolean ignoreUnmapped;

    /** @param ignoreUnmapped whether an index without the field has no matches; if not, it is an error */
    NearestQueryBuilder(InterestVectors interests, KnnParameters parameters, boolean ignoreUnmapped) {
        this.interests = interests;
        this.parameters = parameters;
        this.ignoreUnmapped = ignoreUnmapped;
    }

    public NearestQueryBuilder(StreamInput from) throws IOException {
        super(from);
        Frame in = FORMAT.read(from);
        interests = new InterestVectors(in);
        parameters = new KnnParameters(in);
        ignoreUnmapped = in.readBoolean();
    }

    @Override
    protected void doWriteTo(StreamOutput to) throws IOException {
        try (StreamOutput out = FORMAT.begin(to)) {
            interests.writeTo(out);
            parameters.writeTo(out);
            out.writeBoolean(ignoreUnmapped);
        }
    }

    /**
     * Vectors to search with, for which the affinity of an item is its largest cosine with one of them, and 0 if none is positive.
     *
     * @param vectors by name, which is an item's id or a text; at least one, all of one dimension, of any length. They are copied
     */
    static InterestVectors near(String field, Map<String, float[]> vectors) {
        List<InterestVector> directions = new ArrayList<>();
        vectors.forEach((name, vector) -> {
            float[] direction = VectorUtil.l2normalize(vector.clone(), false);
            directions.add(new InterestVector(directions.size() + 1, 1f, direction, 0f, List.of(name)));
        });
        WhitenedSpace aroundZero = WhitenedSpace.around(new float[directions.get(0).direction().length]);
        return new InterestVectors(field, aroundZero, 0, false, List.copyOf(directions));
    }

    @Override
    protected QueryBuilder doRewrite(QueryRewriteContext context) throws IOException {
        KnnParameters rewritten = parameters.rewrite(context);
        return rewritten == parameters ? this : new NearestQueryBuilder(interests, rewritten, ignoreUnmapped);
    }

    @Override
    protected Query doToQuery(QueryShardContext context) throws IOException {
        KnnParameters.requireOutsideOfFilter(context, NAME);
        MappedFieldType type = context.fieldMapper(interests.field());
        if (interests.isEmpty() || type == null && ignoreUnmapped) {
            return new MatchNoDocsQuery("no interests, or the index has no field [" + interests.field() + "]");
        }
        requireVectors(interests, type, context);
        return new NearestItems(interests, parameters.k(), parameters.minSimilarity(), parameters.filter(context));
    }

    /** @throws QueryShardException (400) if a field has no vectors, or vectors of another dimension than those that are searched with */
    static void requireVectors(InterestVectors interests, MappedFieldType type, QueryShardContext context) {
        String field = "field [" + interests.field() + "] ";
        if (type == null) {
            throw new QueryShardException(context, field + "does not exist; needed is a field of type [affinity_vector] or [knn_vector]");
        }
        if (type instanceof VectorFieldType vectors) {
            if (vectors.dimension() != interests.dimension()) {
                throw new QueryShardException(context, otherDimension(interests, vectors.dimension()));
            }
        } else if (type.typeName().equals(KNN_VECTOR) == false) {
            throw new QueryShardException(
                context,
                field + "is of type [" + type.typeName() + "]; needed is [affinity_vector] or [knn_vector]"
            );
        }
    }

    /** The error for a field whose vectors have another dimension than those that are searched with. */
    static String otherDimension(InterestVectors interests, int ofField) {
        return "field ["
            + interests.field()
            + "] has dimension ["
            + ofField
            + "], the query's vector has ["
            + interests.dimension()
            + "]: encode both with the same model";
    }

    @Override
    protected void doXContent(XContentBuilder builder, Params params) throws IOException {
        builder.startObject(NAME).field("field", interests.field()).field("interests", interests.vectors().size());
        parameters.toXContent(builder);
        printBoostAndQueryName(builder);
        builder.endObject();
    }

    @Override
    protected boolean doEquals(NearestQueryBuilder other) {
        return interests.equals(other.interests) && parameters.equals(other.parameters) && ignoreUnmapped == other.ignoreUnmapped;
    }

    @Override
    protected int doHashCode() {
        return Objects.hash(interests, parameters, ignoreUnmapped);
    }

    @Override
    public String getWriteableName() {
        return NAME;
    }
}
