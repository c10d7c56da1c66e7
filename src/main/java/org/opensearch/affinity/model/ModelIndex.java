package org.opensearch.affinity.model;

import org.apache.lucene.util.BytesRef;
import org.opensearch.action.admin.cluster.health.ClusterHealthResponse;
import org.opensearch.action.admin.indices.alias.Alias;
import org.opensearch.action.admin.indices.mapping.put.PutMappingRequest;
import org.opensearch.action.index.IndexRequest;
import org.opensearch.affinity.cluster.SystemDocuments;
import org.opensearch.affinity.item.ItemRow;
import org.opensearch.affinity.tracker.IndexNames;
import org.opensearch.cluster.ClusterState;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.common.xcontent.XContentFactory;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.transport.client.Client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * Trained models of a tracker: {@code .affinity-model-<tracker>.<number>}, a system index with one document an item and a copy
 * on every data node, where rankers read it. It is written once and then only read. Thread-safe.
 */
public final class ModelIndex {
    /** The item's id. */
    public static final String ITEM = "item";
    /** Decayed weight of all events that liked the item, as a float in doc values. */
    public static final String POPULARITY = "popularity";
    /** The same without decay. */
    public static final String TOTAL = "total";
    /** What {@link #pack} made of its neighbours, in doc values. */
    public static final String NEIGHBOURS = "neighbours";
    /** 1 for an item that goes with others or others with it, in doc values. */
    public static final String KNOWN = "known";
    /** What {@link #pack} made of the vector that estimates how it goes with items that are not known, in doc values. */
    public static final String CONTENT = "content";

    private static final float STEPS = 127;
    private static final TimeValue COPIED_WITHIN = TimeValue.timeValueMinutes(2);

    /**
     * What a model knows of one item.
     *
     * @param popularity   decayed weight of the events that liked it
     * @param total        the same without decay
     * @param neighbours   ids of items that go with it
     * @param similarities of these, above 0, at most 1
     * @param known        whether it goes with others, or others with it
     * @param content      times an item's vector, an estimate of the similarity that it would have; empty for none
     */
    public record Row(String item, float popularity, float total, List<String> neighbours, float[] similarities, boolean known,
        float[] content) {}

    private final SystemDocuments documents;
    private final Client client;

    public ModelIndex(Client client) {
        documents = new SystemDocuments(client);
        this.client = client;
    }

    /** By which a model is written, so that one that was deleted meanwhile is not made again. */
    private static String alias(String tracker, int number) {
        return IndexNames.MODELS.index(tracker, number) + ".write";
    }

    /** The number in the name of a model's index. */
    public static int number(String index) {
        return Integer.parseInt(index.substring(index.lastIndexOf('.') + 1));
    }

    /** Neighbours as pairs of a hash and a similarity in 16 bits, for {@link #unpack}. */
    static byte[] pack(Row row) {
        ByteBuffer packed = ByteBuffer.allocate(row.similarities.length * (Long.BYTES + Short.BYTES));
        for (int i = 0; i < row.similarities.length; i++) {
            packed.putLong(ItemRow.hash(new BytesRef(row.neighbours.get(i)))).putShort(Float.floatToFloat16(row.similarities[i]));
        }
        return packed.array();
    }

    /** A vector as its largest number and a byte a dimension, for {@link #add}. */
    public static byte[] pack(float[] vector) {
        float most = Float.MIN_NORMAL;
        for (float value : vector) {
            most = Math.max(most, Math.abs(value));
        }
        ByteBuffer packed = ByteBuffer.allocate(Float.BYTES + vector.length).putFloat(most);
        for (float value : vector) {
            packed.put((byte) Math.round(value / most * STEPS));
        }
        return packed.array();
    }

    /** Adds a multiple of what {@link #pack} wrote to a vector of its {@link #dimension}. */
    public static void add(float factor, BytesRef packed, float[] into) {
        ByteBuffer buffer = ByteBuffer.wrap(packed.bytes, packed.offset, packed.length);
        float step = factor * buffer.getFloat() / STEPS;
        for (int d = 0; buffer.hasRemaining(); d++) {
            into[d] += step * buffer.get();
        }
    }

    /** How many numbers there are in what {@link #pack} wrote. */
    public static int dimension(BytesRef packed) {
        return packed.length - Float.BYTES;
    }

    /** Takes neighbours one by one. */
    public interface Neighbour {
        void take(long hash, float similarity);
    }

    /** Reads what {@link #pack} wrote. */
    public static void unpack(BytesRef packed, Neighbour neighbour) {
        ByteBuffer buffer = ByteBuffer.wrap(packed.bytes, packed.offset, packed.length);
        while (buffer.hasRemaining()) {
            neighbour.take(buffer.getLong(), Float.float16ToFloat(buffer.getShort()));
        }
    }

    public void create(String tracker, int number, ActionListener<Void> listener) {
        Settings settings = Settings.builder().put("index.auto_expand_replicas", "0-all").put("index.refresh_interval", "-1").build();
        documents.create(IndexNames.MODELS.index(tracker, number), List.of(new Alias(alias(tracker, number)).isHidden(true)), settings, mapping(), listener);
    }

    private static XContentBuilder mapping() {
        try {
            XContentBuilder mapping = XContentFactory.jsonBuilder().startObject().field("dynamic", "strict");
            mapping.startObject("_source").field("enabled", false).endObject().startObject("properties");
            mapping.startObject(ITEM).field("type", "keyword").endObject();
            mapping.startObject(POPULARITY).field("type", "float").field("index", false).endObject();
            mapping.startObject(TOTAL).field("type", "float").field("index", false).endObject();
            mapping.startObject(NEIGHBOURS).field("type", "binary").field("doc_values", true).endObject();
            mapping.startObject(KNOWN).field("type", "byte").field("index", false).endObject();
            mapping.startObject(CONTENT).field("type", "binary").field("doc_values", true).endObject();
            return mapping.endObject().endObject();
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory cannot fail", e);
        }
    }

    /** What {@link #describe} said of a model; empty for one that is not finished, or not there. */
    @SuppressWarnings("unchecked")
    public static Map<String, Object> about(String index, ClusterState state) {
        if (state.metadata().hasIndex(index) == false || state.metadata().index(index).mapping() == null) {
            return Map.of();
        }
        Map<String, Object> meta = (Map<String, Object>) state.metadata().index(index).mapping().sourceAsMap().get("_meta");
        return meta == null ? Map.of() : meta;
    }

    /** Writes rows of a model. Fails when one could not be written. */
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
            return new IndexRequest(alias(tracker, number)).setRequireAlias(true).source(source.endObject());
        }, listener);
    }

    /**
     * Lets what was written be read, in one segment, on every data node: as long as one has no copy, its shards would rank by
     * less than the others. It is waited for copies until {@link #COPIED_WITHIN}, since one may never get its own.
     */
    public void finish(String tracker, int number, ActionListener<Void> listener) {
        String index = IndexNames.MODELS.index(tracker, number);
        documents.<ClusterHealthResponse>asPlugin(
            ActionListener.wrap(copied -> merge(index, listener), listener::onFailure),
            wrapped -> client.admin().cluster().prepareHealth(index).setWaitForGreenStatus().setTimeout(COPIED_WITHIN).execute(wrapped)
        );
    }

    private void merge(String index, ActionListener<Void> listener) {
        documents.<Void>asPlugin(listener, wrapped -> client.admin().indices().prepareForceMerge(index).setMaxNumSegments(1).setFlush(true).execute(
            ActionListener.wrap(
                merged -> client.admin().indices().prepareRefresh(index).execute(ActionListener.map(wrapped, refreshed -> null)),
                wrapped::onFailure
            )
        ));
    }

    /** Keeps with a model what is to be known of it besides; then it is finished. */
    public void describe(String tracker, int number, Map<String, Object> about, ActionListener<Void> listener) {
        PutMappingRequest put = new PutMappingRequest(IndexNames.MODELS.index(tracker, number)).source(Map.of("_meta", about));
        documents.<Void>asPlugin(listener, wrapped -> client.admin().indices().putMapping(put, ActionListener.map(wrapped, done -> null)));
    }

    public void delete(List<String> indices, ActionListener<Void> listener) {
        documents.delete(indices, listener);
    }
}
