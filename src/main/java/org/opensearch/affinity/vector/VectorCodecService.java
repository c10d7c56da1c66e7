package org.opensearch.affinity.vector;

import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.FilterCodec;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat;
import org.opensearch.affinity.vector.VectorFieldMapper.VectorFieldType;
import org.opensearch.index.codec.CodecService;
import org.opensearch.index.codec.CodecServiceConfig;
import org.opensearch.index.mapper.MapperService;

/**
 * The codecs of an index, with the vectors of {@code affinity_vector} fields without {@code graph} written flat. The codec keeps
 * its name and the format is one of Lucene's, so segments stay readable after this plugin is removed.
 */
public final class VectorCodecService extends CodecService {
    // The HNSW format with a threshold that no segment reaches: it writes no graph, and Lucene's own reader reads it.
    private static final KnnVectorsFormat FLAT = new Lucene99HnswVectorsFormat(
        Lucene99HnswVectorsFormat.DEFAULT_MAX_CONN,
        Lucene99HnswVectorsFormat.DEFAULT_BEAM_WIDTH,
        Integer.MAX_VALUE
    );
    private static final KnnVectorsFormat GRAPH = new Lucene99HnswVectorsFormat();

    /** May be null, as in {@link CodecServiceConfig}; then no field is known to be a vector field. */
    private final MapperService mappers;

    public VectorCodecService(CodecServiceConfig config) {
        super(config.getMapperService(), config.getIndexSettings(), config.getLogger(), config.getAdditionalCodecs());
        mappers = config.getMapperService();
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
                    if (mappers.fieldType(field) instanceof VectorFieldType type) {
                        return type.hasGraph() ? GRAPH : FLAT;
                    }
                    KnnVectorsFormat format = delegate.knnVectorsFormat();
                    return format instanceof PerFieldKnnVectorsFormat perField ? perField.getKnnVectorsFormatForField(field) : format;
                }
            };
        }

        @Override
        public KnnVectorsFormat knnVectorsFormat() {
            return vectors;
        }
    }
}
