package org.opensearch.affinity.train.journal;

import org.opensearch.action.admin.cluster.health.ClusterHealthResponse;
import org.opensearch.action.admin.indices.alias.Alias;
import org.opensearch.action.get.GetResponse;
import org.opensearch.action.index.IndexRequest;
import org.opensearch.affinity.cluster.Blocking;
import org.opensearch.affinity.cluster.SystemDocuments;
import org.opensearch.affinity.tracker.IndexNames;
import org.opensearch.common.io.stream.BytesStreamOutput;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.common.xcontent.XContentFactory;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.index.IndexNotFoundException;
import org.opensearch.transport.client.Client;

import java.io.IOException;
import java.util.List;

/**
 * The system index {@code .affinity-training-<tracker>.1} of a {@link TrainingJournal}: each document is one value by its id. Calls block.
 */
final class JournalIndex {
    private static final String VALUE = "value";
    private static final TimeValue SHARD_TIMEOUT = TimeValue.timeValueSeconds(30);

    private final Client client;
    private final SystemDocuments documents;
    private final String name;

    JournalIndex(Client client, String tracker) {
        this.client = client;
        documents = new SystemDocuments(client);
        name = IndexNames.TRAININGS.index(tracker, 1);
    }

    /** Writes go by an alias: a write to the alias of a deleted index does not create the index again. */
    private String alias() {
        return name + ".write";
    }

    /** Creates the index, if there is none yet. */
    void create() throws IOException {
        Settings settings = Settings.builder().put("index.auto_expand_replicas", "0-1").put("index.refresh_interval", "-1").build();
        XContentBuilder mapping = XContentFactory.jsonBuilder().startObject().field("dynamic", "strict").startObject("properties");
        mapping.startObject(VALUE).field("type", "binary").endObject().endObject().endObject();
        Blocking.<Void>await(listener -> documents.create(name, List.of(new Alias(alias()).isHidden(true)), settings, mapping, listener));
    }

    /** Waits until the index can be read, but not for long. */
    void awaitShard() {
        Blocking.<ClusterHealthResponse>await(
            listener -> documents.asPlugin(
                listener,
                wrapped -> client.admin().cluster().prepareHealth(name).setWaitForYellowStatus().setTimeout(SHARD_TIMEOUT).execute(wrapped)
            )
        );
    }

    /** Deletes the index, if there is one. */
    void delete() {
        try {
            Blocking.<Void>await(listener -> documents.delete(List.of(name), listener));
        } catch (IndexNotFoundException e) {
            // Nothing was kept.
        }
    }

    void write(String id, Writeable value) throws IOException {
        try (BytesStreamOutput out = new BytesStreamOutput()) {
            value.writeTo(out);
            write(id, BytesReference.toBytes(out.bytes()));
        }
    }

    void write(String id, byte[] value) {
        Blocking.<Void>await(listener -> documents.index(List.of(value), bytes -> {
            XContentBuilder source = SystemDocuments.source().field(VALUE).value(bytes, 0, bytes.length).endObject();
            return new IndexRequest(alias()).id(id).setRequireAlias(true).source(source);
        }, listener));
    }

    /** Returns null if there is no such value. */
    byte[] bytes(String id) {
        try {
            GetResponse found = Blocking.<List<GetResponse>>await(listener -> documents.get(name, List.of(id), listener)).getFirst();
            return found.isExists() ? (byte[]) found.getSourceAsMap().get(VALUE) : null;
        } catch (IndexNotFoundException e) {
            return null;
        }
    }

    /** Returns null if there is no such value. */
    <T> T read(String id, Writeable.Reader<T> reader) throws IOException {
        byte[] bytes = bytes(id);
        return bytes == null ? null : SystemDocuments.read(bytes, reader);
    }

    @Override
    public String toString() {
        return name;
    }
}
