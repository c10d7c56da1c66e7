package org.opensearch.affinity.vector;

import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.FilterCodec;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.KnnVectorsReader;
import org.apache.lucene.codecs.KnnVectorsWriter;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;
import org.opensearch.affinity.vector.RowFieldMapper.RowFieldType;
import org.opensearch.affinity.vector.VectorFieldMapper.VectorFieldType;
import org.opensearch.cluster.metadata.MappingMetadata;
import org.opensearch.common.settings.Setting;
import org.opensearch.common.settings.Setting.Property;
import org.opensearch.common.settings.Settings;
import org.opensearch.index.IndexSettings;
import org.opensearch.index.codec.CodecService;
import org.opensearch.index.codec.CodecServiceConfig;
import org.opensearch.index.mapper.MapperService;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The codecs of an index, with {@code affinity_row} fields and {@code affinity_vector} fields without {@code graph} written flat. The codec keeps
 * its name and the format is one of Lucene's, so segments stay readable after this plugin is removed.
 */
public final class VectorCodecService extends CodecService {
    /**
     * Index setting: whether the index uses these codecs. Without it, an index uses them if its mapping had an {@code affinity_vector} field
     * when its shards were opened. OpenSearch does not open an index for which two plugins provide codecs.
     */
    public static final Setting<Boolean> SETTING = Setting.boolSetting("index.affinity.codec", false, Property.IndexScope, Property.Final);

    private static final Set<String> TYPES = Set.of(VectorFieldMapper.CONTENT_TYPE, RowFieldMapper.CONTENT_TYPE);
    // The HNSW format with a threshold that no segment reaches: it writes no graph, and Lucene's own reader reads it.
    private static final KnnVectorsFormat FLAT = new LongVectors(
        new Lucene99HnswVectorsFormat(
            Lucene99HnswVectorsFormat.DEFAULT_MAX_CONN,
            Lucene99HnswVectorsFormat.DEFAULT_BEAM_WIDTH,
            Integer.MAX_VALUE
        )
    );
    private static final KnnVectorsFormat GRAPH = new LongVectors(new Lucene99HnswVectorsFormat());

    /** May be null, as in {@link CodecServiceConfig}; then no field is known to be a vector field. */
    private final MapperService mappers;

    public VectorCodecService(CodecServiceConfig config) {
        super(config.getMapperService(), config.getIndexSettings(), config.getLogger(), config.getAdditionalCodecs());
        mappers = config.getMapperService();
    }

    /** Whether the shards of an index use these codecs when they are opened next. */
    public static boolean isUsedBy(IndexSettings index) {
        Boolean explicit = explicit(index.getSettings());
        return explicit == null ? hasVectorField(index.getIndexMetadata().mapping()) : explicit;
    }

    /**
     * The largest dimension of a vector field that is being added to an index: {@link VectorFieldMapper#MAX_DIMENSION} with these codecs, and
     * {@link KnnVectorsFormat#DEFAULT_MAX_DIMENSIONS} with others. Shards that are open without these codecs do not get them.
     */
    static int maxDimension(IndexSettings index) {
        boolean isNew = index.getIndexMetadata().getInSyncAllocationIds().values().stream().allMatch(Set::isEmpty);
        boolean used = isNew ? explicit(index.getSettings()) != Boolean.FALSE : isUsedBy(index);
        return used ? VectorFieldMapper.MAX_DIMENSION : KnnVectorsFormat.DEFAULT_MAX_DIMENSIONS;
    }

    /** The setting; false for an index with codecs of k-NN or neural-search; null where the mapping decides. */
    private static Boolean explicit(Settings settings) {
        if (settings.getAsBoolean("index.knn", false) || settings.getAsBoolean("index.sparse", false)) {
            return Boolean.FALSE;
        }
        return SETTING.exists(settings) ? SETTING.get(settings) : null;
    }

    private static boolean hasVectorField(MappingMetadata mapping) {
        return mapping != null && hasVectorField(mapping.sourceAsMap());
    }

    /** Whether a part of a mapping has a field of the type, also as a sub-field, in a nested object or in a dynamic template. */
    private static boolean hasVectorField(Object part) {
        return switch (part) {
            case Map<?, ?> map -> TYPES.contains(Objects.toString(map.get("type")))
                || map.values().stream().anyMatch(VectorCodecService::hasVectorField);
            case List<?> list -> list.stream().anyMatch(VectorCodecService::hasVectorField);
            case null, default -> false;
        };
    }

    @Override
    public Codec codec(String name) {
        Codec codec = super.codec(name);
        return mappers == null ? codec : new VectorCodec(codec, mappers);
    }

    private static final class VectorCodec extends FilterCodec {
        private final KnnVectorsFormat vectors;

        VectorCodec(Codec delegate, MapperService mappers) {
            super(delegate.getName(), delegate);
            vectors = new PerFieldKnnVectorsFormat() {
                @Override
                public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
                    return switch (mappers.fieldType(field)) {
                        case VectorFieldType type -> type.hasGraph() ? GRAPH : FLAT;
                        case RowFieldType row -> FLAT;
                        case null, default -> delegate.knnVectorsFormat() instanceof PerFieldKnnVectorsFormat perField
                            ? perField.getKnnVectorsFormatForField(field)
                            : delegate.knnVectorsFormat();
                    };
                }
            };
        }

        @Override
        public KnnVectorsFormat knnVectorsFormat() {
            return vectors;
        }
    }

    /**
     * Lucene's format, for vectors of up to {@link VectorFieldMapper#MAX_DIMENSION} values. Lucene's reader of the same name reads them: only
     * the writer checks the dimension.
     */
    private static final class LongVectors extends KnnVectorsFormat {
        private final KnnVectorsFormat delegate;

        LongVectors(KnnVectorsFormat delegate) {
            super(delegate.getName());
            this.delegate = delegate;
        }

        @Override
        public int getMaxDimensions(String field) {
            return VectorFieldMapper.MAX_DIMENSION;
        }

        @Override
        public KnnVectorsWriter fieldsWriter(SegmentWriteState state) throws IOException {
            return delegate.fieldsWriter(state);
        }

        @Override
        public KnnVectorsReader fieldsReader(SegmentReadState state) throws IOException {
            return delegate.fieldsReader(state);
        }

        @Override
        public String toString() {
            return delegate.toString();
        }
    }
}
