package org.opensearch.affinity.vector;

import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.KnnByteVectorField;
import org.apache.lucene.index.VectorEncoding;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.FieldExistsQuery;
import org.apache.lucene.search.Query;
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

import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * Field type {@code affinity_row}: {@code length} bytes a document, as Lucene's byte vector, which is read in any order of documents.
 * Written flat. For the plugin's own indices: the rows of trained models.
 */
public final class RowFieldMapper extends ParametrizedFieldMapper {
    public static final String CONTENT_TYPE = "affinity_row";
    public static final TypeParser PARSER = new TypeParser((name, context) -> new Builder(name));

    private final FieldType luceneType;

    private RowFieldMapper(String simpleName, RowFieldType type, MultiFields multiFields, CopyTo copyTo) {
        super(simpleName, type, multiFields, copyTo);
        luceneType = new FieldType();
        luceneType.setVectorAttributes(type.length, VectorEncoding.BYTE, VectorSimilarityFunction.DOT_PRODUCT);
        luceneType.freeze();
    }

    private static RowFieldType type(FieldMapper mapper) {
        return ((RowFieldMapper) mapper).fieldType();
    }

    /** Mapping parameter: {@code length} (required, 1 to 4096), bytes. */
    private static final class Builder extends ParametrizedFieldMapper.Builder {
        private final Parameter<Integer> length = Parameter.intParam("length", false, mapper -> type(mapper).length, 0).alwaysSerialize();

        Builder(String name) {
            super(name);
            length.setValidator(value -> {
                if (value < 1 || value > VectorFieldMapper.MAX_DIMENSION) {
                    throw new IllegalArgumentException(
                        "[length] of field [" + name + "] must be from 1 to " + VectorFieldMapper.MAX_DIMENSION + ", got [" + value + "]"
                    );
                }
            });
        }

        @Override
        protected List<Parameter<?>> getParameters() {
            return List.of(length);
        }

        @Override
        public RowFieldMapper build(BuilderContext context) {
            RowFieldType type = new RowFieldType(buildFullName(context), length.getValue());
            return new RowFieldMapper(name, type, multiFieldsBuilder.build(this, context), copyTo.build());
        }
    }

    /** The field as seen by queries: an exists query. */
    static final class RowFieldType extends MappedFieldType {
        private final int length;

        private RowFieldType(String name, int length) {
            super(name, false, false, false, TextSearchInfo.NONE, Map.of());
            this.length = length;
        }

        @Override
        public String typeName() {
            return CONTENT_TYPE;
        }

        @Override
        public ValueFetcher valueFetcher(QueryShardContext context, SearchLookup lookup, String format) {
            return source -> List.of();
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

    @Override
    public RowFieldType fieldType() {
        return (RowFieldType) super.fieldType();
    }

    @Override
    protected void parseCreateField(ParseContext context) throws IOException {
        if (context.parser().currentToken() == Token.VALUE_NULL) {
            return;
        }
        byte[] row = context.parser().binaryValue();
        if (row.length != fieldType().length) {
            throw new IllegalArgumentException(
                "field [" + name() + "] of type [" + CONTENT_TYPE + "] has rows of [" + fieldType().length + "] bytes, got [" + row.length + "]"
            );
        }
        context.doc().add(new KnnByteVectorField(name(), row, luceneType));
    }

    @Override
    public ParametrizedFieldMapper.Builder getMergeBuilder() {
        return new Builder(simpleName()).init(this);
    }

    @Override
    protected String contentType() {
        return CONTENT_TYPE;
    }
}
