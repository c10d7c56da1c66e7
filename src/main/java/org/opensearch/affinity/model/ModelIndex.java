package org.opensearch.affinity.model;

import org.apache.lucene.util.BytesRef;
import org.opensearch.action.admin.cluster.health.ClusterHealthResponse;
import org.opensearch.action.admin.indices.alias.Alias;
import org.opensearch.action.admin.indices.forcemerge.ForceMergeResponse;
import org.opensearch.action.admin.indices.mapping.put.PutMappingRequest;
import org.opensearch.action.index.IndexRequest;
import org.opensearch.affinity.cluster.SystemDocuments;
import org.opensearch.affinity.item.ItemRow;
import org.opensearch.affinity.tracker.ActiveModels;
import org.opensearch.affinity.tracker.IndexNames;
import org.opensearch.affinity.vector.RowFieldMapper;
import org.opensearch.cluster.ClusterState;
import org.opensearch.common.io.stream.BytesStreamOutput;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.common.xcontent.XContentFactory;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.transport.client.Client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The indices of trained models: {@code .affinity-model-<tracker>.<number>}, system indices with one document per item and a copy on
 * every data node. An index is written once and then only read. A model is written by {@link #create}, {@link #write},
 * {@link #writeEncoders}, {@link #seal} and {@link #describe}, in this order. Thread-safe.
 */
public final class ModelIndex {
    /** Field: the item's id. */
    public static final String ITEM = "item";
    /** Field: decayed weight of the item's positive events, a float in doc values. */
    public static final String POPULARITY = "popularity";
    /** Field: weight of the item's positive events without decay, a float in doc values. */
    public static final String TOTAL = "total";
    /** Field: the item's neighbours, as {@link #pack(Row)} writes them, in doc values. */
    public static final String NEIGHBOURS = "neighbours";
    /** Field: 1 for an item with known similarities, in doc values; else missing. */
    public static final String KNOWN = "known";
    /** Field: a vector that estimates the similarity to unknown items, as {@link #pack(float[])} writes it, in doc values. */
    public static final String CONTENT = "content";

    /** Field: the name of a part with item vectors, of a document that is no item but has the part's encoder. */
    static final String PART = "part";
    /** Field: a {@link PartEncoder}, in doc values. */
    static final String ENCODER = "encoder";
    /** Field: a {@link RatingPart}, in doc values, instead of an encoder. */
    static final String RATINGS = "ratings";

    /** The format of a model, a number in its description. A row is never read in another way: a new encoding is a new field. */
    private static final int FORMAT = 1;
    /** The fields of the stored description that {@link #about} leaves out. */
    private static final String FORMAT_FIELD = "format";
    private static final String WRITTEN = "written";
    private static final float MAX_BYTE = 127;
    private static final TimeValue COPY_TIMEOUT = TimeValue.timeValueMinutes(2);

    /**
     * The row of one item.
     *
     * @param popularity   decayed weight of the item's positive events
     * @param total        weight of the item's positive events without decay
     * @param neighbours   item ids
     * @param similarities of the neighbours, above 0, in the order of 1
     * @param known        whether the item has neighbours or is one
     * @param content      vector whose dot product with an unknown item's unit vector estimates their similarity; of any length;
     *                     empty for no estimates
     * @param vectors      by name of a part with item vectors
     */
    public record Row(
        String item,
        float popularity,
        float total,
        List<String> neighbours,
        float[] similarities,
        boolean known,
        float[] content,
        Map<String, ItemVector> vectors
    ) {}

    /**
     * The vector of an item in one part.
     *
     * @param vector      of any length
     * @param inputFactor the item adds its vector times this to a user
     */
    public record ItemVector(float[] vector, float inputFactor) {}

    private final SystemDocuments documents;
    private final Client client;

    public ModelIndex(Client client) {
        documents = new SystemDocuments(client);
        this.client = client;
    }

    /** Returns the alias for writing: a write to the alias of a deleted index does not create the index again. */
    private static String alias(String tracker, int number) {
        return IndexNames.MODELS.index(tracker, number) + ".write";
    }

    /** Returns the model number in the name of an index. */
    public static int number(String index) {
        return Integer.parseInt(index.substring(index.lastIndexOf('.') + 1));
    }

    /** Returns the field of a part's rows. */
    static String row(String part) {
        return "row_" + part;
    }

    /** Returns the neighbours of a row: for each, the hash of its id (8 bytes) and the similarity (float16). */
    static byte[] pack(Row row) {
        ByteBuffer packed = ByteBuffer.allocate(row.similarities.length * (Long.BYTES + Short.BYTES));
        for (int i = 0; i < row.similarities.length; i++) {
            packed.putLong(ItemRow.hash(new BytesRef(row.neighbours.get(i)))).putShort(Float.floatToFloat16(row.similarities[i]));
        }
        return packed.array();
    }

    /** Returns a vector in 8-bit quantisation: its largest absolute number (float), and one byte per dimension. */
    public static byte[] pack(float[] vector) {
        float max = Float.MIN_NORMAL;
        for (float value : vector) {
            max = Math.max(max, Math.abs(value));
        }
        ByteBuffer packed = ByteBuffer.allocate(Float.BYTES + vector.length).putFloat(max);
        for (float value : vector) {
            packed.put((byte) Math.round(value / max * MAX_BYTE));
        }
        return packed.array();
    }

    /** Adds a multiple of a packed vector to a vector of the same {@link #dimension}. */
    public static void add(float factor, BytesRef packed, float[] into) {
        ByteBuffer buffer = ByteBuffer.wrap(packed.bytes, packed.offset, packed.length);
        float step = factor * buffer.getFloat() / MAX_BYTE;
        for (int d = 0; buffer.hasRemaining(); d++) {
            into[d] += step * buffer.get();
        }
    }

    /** Returns the dimension of a packed vector. */
    public static int dimension(BytesRef packed) {
        return packed.length - Float.BYTES;
    }

    /** Receives neighbours one by one. */
    public interface NeighbourConsumer {
        /** @param hash of the item's id, see {@link ItemRow#hash} */
        void accept(long hash, float similarity);
    }

    /** Reads packed neighbours. */
    public static void unpack(BytesRef packed, NeighbourConsumer consumer) {
        ByteBuffer buffer = ByteBuffer.wrap(packed.bytes, packed.offset, packed.length);
        while (buffer.hasRemaining()) {
            consumer.accept(buffer.getLong(), Float.float16ToFloat(buffer.getShort()));
        }
    }

    /**
     * Creates the index of a model.
     *
     * @param parts encoders of the parts with item vectors, by name
     */
    public void create(String tracker, int number, Map<String, ? extends RowEncoder> parts, ActionListener<Void> listener) {
        Settings settings = Settings.builder().put("index.auto_expand_replicas", "0-all").put("index.refresh_interval", "-1").build();
        documents.create(IndexNames.MODELS.index(tracker, number), List.of(new Alias(alias(tracker, number)).isHidden(true)), settings, mapping(parts), listener);
    }

    private static XContentBuilder mapping(Map<String, ? extends RowEncoder> parts) {
        try {
            XContentBuilder mapping = XContentFactory.jsonBuilder().startObject().field("dynamic", "strict");
            mapping.startObject("_source").field("enabled", false).endObject().startObject("properties");
            mapping.startObject(ITEM).field("type", "keyword").endObject();
            mapping.startObject(POPULARITY).field("type", "float").field("index", false).endObject();
            mapping.startObject(TOTAL).field("type", "float").field("index", false).endObject();
            mapping.startObject(NEIGHBOURS).field("type", "binary").field("doc_values", true).endObject();
            mapping.startObject(KNOWN).field("type", "byte").field("index", false).endObject();
            mapping.startObject(CONTENT).field("type", "binary").field("doc_values", true).endObject();
            mapping.startObject(PART).field("type", "keyword").endObject();
            mapping.startObject(ENCODER).field("type", "binary").field("doc_values", true).endObject();
            mapping.startObject(RATINGS).field("type", "binary").field("doc_values", true).endObject();
            for (Map.Entry<String, ? extends RowEncoder> part : parts.entrySet()) {
                mapping.startObject(row(part.getKey())).field("type", RowFieldMapper.CONTENT_TYPE);
                mapping.field("length", QuantisedRow.length(part.getValue().dimension())).endObject();
            }
            return mapping.endObject().endObject();
        } catch (IOException e) {
            throw new IllegalStateException("cannot write JSON to memory", e);
        }
    }

    /** Returns the description that {@link #describe} stored; empty for a model that is unfinished or does not exist. */
    public static Map<String, Object> about(String index, ClusterState state) {
        Map<String, Object> about = new LinkedHashMap<>(meta(index, state));
        about.keySet().removeAll(List.of(FORMAT_FIELD, WRITTEN));
        return about;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> meta(String index, ClusterState state) {
        if (state.metadata().hasIndex(index) == false || state.metadata().index(index).mapping() == null) {
            return Map.of();
        }
        Map<String, Object> meta = (Map<String, Object>) state.metadata().index(index).mapping().sourceAsMap().get("_meta");
        return meta == null ? Map.of() : meta;
    }

    /**
     * Returns the entry of the cluster state for a model when it is active; null for a model that is unfinished or does not exist.
     *
     * @throws IOException if the model is of a later version of the plugin
     */
    public static ActiveModels.Active active(String index, ClusterState state) throws IOException {
        Map<String, Object> meta = meta(index, state);
        if (meta.isEmpty()) {
            return null;
        }
        if ((int) meta.get(FORMAT_FIELD) > FORMAT) {
            throw new IOException(
                "[affinity] model [" + number(index) + "] has format [" + meta.get(FORMAT_FIELD)
                    + "]; this version of the plugin reads up to [" + FORMAT + "]: upgrade the plugin of this node"
            );
        }
        return ActiveModels.KIND.value((String) meta.get(WRITTEN));
    }

    /** Writes rows of a model. Fails if a row cannot be written. */
    public void write(String tracker, int number, Collection<Row> rows, ActionListener<Void> listener) {
        documents.index(rows, row -> {
            XContentBuilder source = SystemDocuments.source().field(ITEM, row.item).field(POPULARITY, row.popularity);
            source.field(TOTAL, row.total);
            if (row.similarities.length > 0) {
                byte[] packed = pack(row);
                source.field(NEIGHBOURS).value(packed, 0, packed.length);
            }
            if (row.known) {
                source.field(KNOWN, 1);
            }
            if (row.content.length > 0) {
                byte[] packed = pack(row.content);
                source.field(CONTENT).value(packed, 0, packed.length);
            }
            for (Map.Entry<String, ItemVector> part : row.vectors.entrySet()) {
                byte[] quantised = QuantisedRow.ofItem(part.getValue().vector, part.getValue().inputFactor);
                source.field(row(part.getKey())).value(quantised, 0, quantised.length);
            }
            return write(tracker, number, source);
        }, listener);
    }

    private static IndexRequest write(String tracker, int number, XContentBuilder source) throws IOException {
        return new IndexRequest(alias(tracker, number)).setRequireAlias(true).source(source.endObject());
    }

    /** Writes the encoders of the parts with item vectors, by name. Fails if one cannot be written. */
    public void writeEncoders(String tracker, int number, Map<String, ? extends RowEncoder> parts, ActionListener<Void> listener) {
        documents.index(parts.entrySet(), part -> {
            BytesStreamOutput out = new BytesStreamOutput();
            part.getValue().writeTo(out);
            byte[] encoder = BytesReference.toBytes(out.bytes());
            XContentBuilder source = SystemDocuments.source().field(PART, part.getKey());
            source.field(part.getValue() instanceof RatingPart ? RATINGS : ENCODER).value(encoder, 0, encoder.length);
            for (Map.Entry<String, ? extends RowEncoder> any : parts.entrySet()) {
                // Every document has a row of every part, so that the number of a document is that of its row.
                byte[] zeros = new byte[QuantisedRow.length(any.getValue().dimension())];
                source.field(row(any.getKey())).value(zeros, 0, zeros.length);
            }
            return write(tracker, number, source);
        }, listener);
    }

    /**
     * Ends the writing of rows: waits until every data node has a copy, merges the index into one segment, and refreshes it. A node
     * without a copy would rank without the model. A node may never get its copy, so the wait ends after {@link #COPY_TIMEOUT}.
     */
    public void seal(String tracker, int number, ActionListener<Void> listener) {
        String index = IndexNames.MODELS.index(tracker, number);
        documents.<ClusterHealthResponse>asPlugin(
            ActionListener.wrap(copied -> mergeAndRefresh(index, listener), listener::onFailure),
            wrapped -> client.admin().cluster().prepareHealth(index).setWaitForGreenStatus().setTimeout(COPY_TIMEOUT).execute(wrapped)
        );
    }

    private void mergeAndRefresh(String index, ActionListener<Void> listener) {
        documents.<Void>asPlugin(listener, wrapped -> {
            ActionListener<ForceMergeResponse> refresh = ActionListener.wrap(
                merged -> client.admin().indices().prepareRefresh(index).execute(ActionListener.map(wrapped, refreshed -> null)),
                wrapped::onFailure
            );
            client.admin().indices().prepareForceMerge(index).setMaxNumSegments(1).setFlush(true).execute(refresh);
        });
    }

    /**
     * Stores the description of a model, which makes it a finished model.
     *
     * @param model the entry of the cluster state for it when it is active
     */
    public void describe(String tracker, Map<String, Object> about, ActiveModels.Active model, ActionListener<Void> listener) {
        Map<String, Object> meta = new LinkedHashMap<>(about);
        meta.put(FORMAT_FIELD, FORMAT);
        meta.put(WRITTEN, ActiveModels.KIND.text(model));
        PutMappingRequest put = new PutMappingRequest(IndexNames.MODELS.index(tracker, model.number())).source(Map.of("_meta", meta));
        documents.<Void>asPlugin(listener, wrapped -> client.admin().indices().putMapping(put, ActionListener.map(wrapped, done -> null)));
    }

    /** Deletes indices of models. */
    public void delete(List<String> indices, ActionListener<Void> listener) {
        documents.delete(indices, listener);
    }
}
