package org.opensearch.affinity.vector;

import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.index.FloatVectorValues;
import org.apache.lucene.index.KnnVectorValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.FieldExistsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.util.VectorUtil;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.core.xcontent.XContentParser.Token;
import org.opensearch.index.mapper.FieldMapper;
import org.opensearch.index.mapper.MappedFieldType;
import org.opensearch.index.mapper.ParametrizedFieldMapper;
import org.opensearch.index.mapper.ParseContext;
import org.opensearch.index.mapper.TextSearchInfo;
import org.opensearch.index.mapper.ValueFetcher;
import org.opensearch.index.query.QueryShardContext;
import org.opensearch.index.query.QueryShardException;
import org.opensearch.search.lookup.SearchLookup;
import org.opensearch.search.lookup.SourceLookup;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Field type {@code affinity_vector}: one vector of {@code dimension} floats a document. Documents may give vectors of any finite
 * length above 0; they are stored with unit length, so that the dot product of two of them is their cosine. {@code "graph": true}
 * adds an HNSW graph for retrieval; without it vectors are stored flat, which is sufficient for rescoring.
 */
public final class VectorFieldMapper extends ParametrizedFieldMapper {
    public static final String CONTENT_TYPE = "affinity_vector";
    static final int MAX_DIMENSION = 4096;
    public static final TypeParser PARSER = new TypeParser(
        (name, context) -> new Builder(name, VectorCodecService.maxDimension(context.mapperService().getIndexSettings()))
    );

    private final FieldType luceneType;

    private VectorFieldMapper(String simpleName, VectorFieldType type, MultiFields multiFields, CopyTo copyTo) {
        super(simpleName, type, multiFields, copyTo);
        luceneType = new FieldType();
        luceneType.setVectorAttributes(type.dimension, VectorEncoding.FLOAT32, VectorSimilarityFunction.DOT_PRODUCT);
        luceneType.freeze();
    }

    private static VectorFieldType type(FieldMapper mapper) {
        return ((VectorFieldMapper) mapper).fieldType();
    }

    /** Mapping parameters: {@code dimension} (required, 1 to 4096, or 1024 without the codec of this plugin) and {@code graph} (default false). */
    static final class Builder extends ParametrizedFieldMapper.Builder {
        private final Parameter<Integer> dimension = new Parameter<>(
            "dimension",
            false,
            () -> 0,
            (field, context, value) -> parseDimension(field, value, maxDimension()),
            mapper -> type(mapper).dimension
        ).alwaysSerialize();
        private final Parameter<Boolean> graph = Parameter.boolParam("graph", false, mapper -> type(mapper).graph, false);
        private final Parameter<Map<String, String>> meta = Parameter.metaParam();

        private final int maxDimension;

        /** @param maxDimension the largest dimension that the index can store */
        Builder(String name, int maxDimension) {
            super(name);
            this.maxDimension = maxDimension;
        }

        private int maxDimension() {
            return maxDimension;
        }

        private static int parseDimension(String field, Object value, int max) {
            int parsed;
            try {
                parsed = Integer.parseInt(Objects.toString(value));
            } catch (NumberFormatException e) {
                parsed = -1;
            }
            if (parsed < 1 || parsed > max) {
                String reason = max == MAX_DIMENSION ? "" : ", or " + MAX_DIMENSION + " in an index whose shards use this plugin's codec:"
                    + " one that is created with the field or with [" + VectorCodecService.SETTING.getKey() + "], without [index.knn]";
                throw new IllegalArgumentException(
                    "[dimension] of field [" + field + "] must be a whole number from 1 to " + max + reason + ", got [" + value + "]"
                );
            }
            return parsed;
        }

        @Override
        protected List<Parameter<?>> getParameters() {
            return List.of(dimension, graph, meta);
        }

        @Override
        public VectorFieldMapper build(BuilderContext context) {
            if (dimension.getValue() == 0) {
                throw new IllegalArgumentException(
                    "[dimension] of field [" + name + "] is required: the length of the model's vectors, 384 for all-minilm-l6-v2"
                );
            }
            VectorFieldType type = new VectorFieldType(buildFullName(context), dimension.getValue(), graph.getValue(), meta.getValue());
            return new VectorFieldMapper(name, type, multiFieldsBuilder.build(this, context), copyTo.build());
        }
    }

    /** The field as seen by queries and fetches: an exists query and, through {@code fields}, the stored unit vector. */
    public static final class VectorFieldType extends MappedFieldType {
        private final int dimension;
        private final boolean graph;

        VectorFieldType(String name, int dimension, boolean graph, Map<String, String> meta) {
            super(name, false, false, false, TextSearchInfo.NONE, meta);
            this.dimension = dimension;
            this.graph = graph;
        }

        public int dimension() {
            return dimension;
        }

        /** Whether the field has an HNSW graph. */
        boolean hasGraph() {
            return graph;
        }

        @Override
        public String typeName() {
            return CONTENT_TYPE;
        }

        @Override
        public ValueFetcher valueFetcher(QueryShardContext context, SearchLookup lookup, String format) {
            return new StoredVector(name());
        }

        @Override
        public Query existsQuery(QueryShardContext context) {
            return new FieldExistsQuery(name());
        }

        @Override
        public Query termQuery(Object value, QueryShardContext context) {
            throw new QueryShardException(context, "field [" + name() + "] of type [" + CONTENT_TYPE + "] does not support term queries");
        }
    }

    /** Reads the stored vector from Lucene and not from {@code _source}, so that an index may exclude it there. */
    private static final class StoredVector implements ValueFetcher {
        private final String field;
        private LeafReaderContext leaf;

        StoredVector(String field) {
            this.field = field;
        }

        @Override
        public void setNextReader(LeafReaderContext context) {
            leaf = context;
        }

        @Override
        public List<Object> fetchValues(SourceLookup lookup) throws IOException {
            FloatVectorValues vectors = leaf.reader().getFloatVectorValues(field);
            if (vectors == null) {
                return List.of();
            }
            KnnVectorValues.DocIndexIterator docs = vectors.iterator();
            if (docs.advance(lookup.docId()) != lookup.docId()) {
                return List.of();
            }
            List<Object> values = new ArrayList<>(vectors.dimension());
            for (float value : vectors.vectorValue(docs.index())) {
                values.add(value);
            }
            return values;
        }
    }

    @Override
    public VectorFieldType fieldType() {
        return (VectorFieldType) super.fieldType();
    }

    @Override
    public boolean parsesArrayValue() {
        return true;
    }

    @Override
    protected void parseCreateField(ParseContext context) throws IOException {
        XContentParser parser = context.parser();
        if (parser.currentToken() == Token.VALUE_NULL) {
            return;
        }
        if (parser.currentToken() != Token.START_ARRAY) {
            throw invalid("must be an array of [" + fieldType().dimension + "] numbers, got " + found(parser));
        }
        if (context.doc().getByKey(name()) != null) {
            throw invalid("must have one vector in a document, got several");
        }
        KnnFloatVectorField vector = new KnnFloatVectorField(name(), normalised(parse(parser)), luceneType);
        context.doc().addWithKey(name(), vector);
    }

    private float[] parse(XContentParser parser) throws IOException {
        float[] vector = new float[fieldType().dimension];
        int length = 0;
        for (Token token = parser.nextToken(); token != Token.END_ARRAY; token = parser.nextToken()) {
            if (token != Token.VALUE_NUMBER) {
                throw invalid("value [" + length + "] must be a number, got " + found(parser));
            }
            if (length < vector.length) {
                vector[length] = parser.floatValue();
            }
            length++;
        }
        if (length != vector.length) {
            throw invalid("dimension is [" + vector.length + "], got a vector of [" + length + "] values");
        }
        return vector;
    }

    /** The current value, for messages. */
    private static String found(XContentParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case START_ARRAY -> "an array";
            case START_OBJECT -> "an object";
            default -> "[" + parser.textOrNull() + "]";
        };
    }

    /** The same array, brought to unit length. */
    private float[] normalised(float[] vector) {
        float squared = VectorUtil.dotProduct(vector, vector);
        if (squared > 0 && Float.isFinite(squared)) {
            return VectorUtil.l2normalize(vector);
        }
        throw invalid("a vector must have a finite length above 0, got length [" + Math.sqrt(squared) + "]");
    }

    private IllegalArgumentException invalid(String reason) {
        return new IllegalArgumentException("field [" + name() + "] of type [" + CONTENT_TYPE + "]: " + reason);
    }

    @Override
    public ParametrizedFieldMapper.Builder getMergeBuilder() {
        return new Builder(simpleName(), MAX_DIMENSION).init(this);
    }

    @Override
    protected String contentType() {
        return CONTENT_TYPE;
    }
}
