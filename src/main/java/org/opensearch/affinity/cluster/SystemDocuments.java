package org.opensearch.affinity.cluster;

import org.apache.lucene.util.BytesRef;
import org.opensearch.ResourceAlreadyExistsException;
import org.opensearch.action.DocWriteRequest;
import org.opensearch.action.admin.indices.alias.Alias;
import org.opensearch.action.admin.indices.create.CreateIndexRequest;
import org.opensearch.action.admin.indices.delete.DeleteIndexRequest;
import org.opensearch.action.bulk.BulkItemResponse;
import org.opensearch.action.bulk.BulkRequest;
import org.opensearch.action.get.GetResponse;
import org.opensearch.action.get.MultiGetItemResponse;
import org.opensearch.action.get.MultiGetRequest;
import org.opensearch.action.index.IndexRequest;
import org.opensearch.action.support.ContextPreservingActionListener;
import org.opensearch.cluster.routing.Preference;
import org.opensearch.common.CheckedFunction;
import org.opensearch.common.hash.MessageDigests;
import org.opensearch.common.io.stream.BytesStreamOutput;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.common.xcontent.XContentFactory;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.common.io.stream.ByteBufferStreamInput;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.transport.client.Client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/**
 * Reads and writes documents of the plugin's system indices. All calls are asynchronous and run with the plugin's own permissions;
 * listeners are called in the caller's thread context. Thread-safe.
 */
public final class SystemDocuments {
    private static final int MAX_ID_BYTES = 500;

    private final Client client;

    public SystemDocuments(Client client) {
        this.client = client;
    }

    /** Returns a document id for a name of any length: the prefix and the name, or a hash of the name if that would be too long. */
    public static String id(String prefix, String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= MAX_ID_BYTES) {
            return prefix + name;
        }
        return "hash:" + Base64.getUrlEncoder().withoutPadding().encodeToString(MessageDigests.sha256().digest(bytes));
    }

    /** Creates a hidden index of one shard with aliases, unless it exists. */
    public void create(String index, List<Alias> aliases, Settings settings, XContentBuilder mapping, ActionListener<Void> listener) {
        CreateIndexRequest request = new CreateIndexRequest(index);
        aliases.forEach(request::alias);
        request.settings(Settings.builder().put(settings).put("index.number_of_shards", 1).put("index.hidden", true)).mapping(mapping);
        asPlugin(listener, wrapped -> {
            client.admin().indices().create(request, ActionListener.wrap(created -> wrapped.onResponse(null), e -> {
                if (e instanceof ResourceAlreadyExistsException) {
                    wrapped.onResponse(null);
                } else {
                    wrapped.onFailure(e);
                }
            }));
        });
    }

    /** Deletes indices; fails if one does not exist. */
    public void delete(List<String> indices, ActionListener<Void> listener) {
        if (indices.isEmpty()) {
            listener.onResponse(null);
            return;
        }
        DeleteIndexRequest request = new DeleteIndexRequest(indices.toArray(String[]::new));
        asPlugin(listener, wrapped -> client.admin().indices().delete(request, ActionListener.map(wrapped, deleted -> null)));
    }

    /**
     * Reads documents as of their last write, from any copy of the shard. Fails if one cannot be read.
     *
     * @param listener called with the documents in the order of {@code ids}, missing ones included
     */
    public void get(String index, Collection<String> ids, ActionListener<List<GetResponse>> listener) {
        get(index, ids, null, listener);
    }

    /** As {@link #get}, from this node's copy only; fails where the node has none. */
    public void getLocal(String index, Collection<String> ids, ActionListener<List<GetResponse>> listener) {
        get(index, ids, Preference.ONLY_LOCAL.type(), listener);
    }

    private void get(String index, Collection<String> ids, String preference, ActionListener<List<GetResponse>> listener) {
        if (ids.isEmpty()) {
            listener.onResponse(List.of());
            return;
        }
        MultiGetRequest request = new MultiGetRequest().preference(preference);
        ids.forEach(id -> request.add(index, id));
        asPlugin(listener, wrapped -> client.multiGet(request, ActionListener.map(wrapped, response -> {
            List<GetResponse> documents = new ArrayList<>(ids.size());
            for (MultiGetItemResponse item : response) {
                if (item.isFailed()) {
                    throw item.getFailure().getFailure();
                }
                documents.add(item.getResponse());
            }
            return documents;
        })));
    }

    /** Writes documents in one bulk request. Fails if one of them could not be written; the others are written nevertheless. */
    public <T> void index(Collection<T> values, CheckedFunction<T, IndexRequest, IOException> request, ActionListener<Void> listener) {
        if (values.isEmpty()) {
            listener.onResponse(null);
            return;
        }
        BulkRequest bulk = new BulkRequest();
        try {
            for (T value : values) {
                bulk.add(request.apply(value));
            }
        } catch (IOException e) {
            listener.onFailure(e);
            return;
        }
        asPlugin(listener, wrapped -> client.bulk(bulk, ActionListener.map(wrapped, response -> {
            for (BulkItemResponse item : response) {
                if (item.isFailed()) {
                    throw item.getFailure().getCause();
                }
            }
            return null;
        })));
    }

    /**
     * Makes a write fail with a version conflict if the document has changed since it was read.
     *
     * @param isNew       whether there was no document
     * @param seqNo       of the document that was read; not used for a new one
     * @param primaryTerm of the document that was read; not used for a new one
     */
    public static IndexRequest ifUnchanged(IndexRequest request, boolean isNew, long seqNo, long primaryTerm) {
        return isNew ? request.opType(DocWriteRequest.OpType.CREATE) : request.setIfSeqNo(seqNo).setIfPrimaryTerm(primaryTerm);
    }

    /**
     * Runs a call with the plugin's own permissions.
     *
     * @param call gets the listener to use, which restores the caller's thread context
     */
    public <T> void asPlugin(ActionListener<T> listener, Consumer<ActionListener<T>> call) {
        ThreadContext context = client.threadPool().getThreadContext();
        ActionListener<T> wrapped = new ContextPreservingActionListener<>(context.newRestorableContext(true), listener);
        try (ThreadContext.StoredContext ignored = context.stashContext()) {
            call.accept(wrapped);
        }
    }

    /** Returns the builder of a document's source, in CBOR: binary values need no base64, and are a quarter shorter. */
    public static XContentBuilder source() throws IOException {
        return XContentFactory.cborBuilder().startObject();
    }

    /** Adds a binary field with the serialized form of a value. */
    public static void write(XContentBuilder source, String field, Writeable value) throws IOException {
        BytesRef bytes = bytes(value).toBytesRef();
        source.field(field).value(bytes.bytes, bytes.offset, bytes.length);
    }

    /** The serialized form of a value. */
    static BytesReference bytes(Writeable value) throws IOException {
        try (BytesStreamOutput out = new BytesStreamOutput()) {
            value.writeTo(out);
            return out.bytes();
        }
    }

    /**
     * Reads a value that {@link #write} has written.
     *
     * @param value the bytes of the field
     */
    public static <T> T read(Object value, Writeable.Reader<T> reader) throws IOException {
        try (StreamInput in = new ByteBufferStreamInput(ByteBuffer.wrap((byte[]) value))) {
            return reader.read(in);
        }
    }
}
