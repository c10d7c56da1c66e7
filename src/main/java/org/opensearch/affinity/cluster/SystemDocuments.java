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
 * Reads and writes documents of the plugin's system indices. All calls are asynchronous and run with the plugin's own rights;
 * listeners are called with the caller's thread context. Thread-safe.
 */
public final class SystemDocuments {
    private static final int MAX_ID_BYTES = 500;

    private final Client client;

    public SystemDocuments(Client client) {
        this.client = client;
    }

    /** A document's id that contains a name of any length. */
    public static String id(String prefix, String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        if (bytes.length <= MAX_ID_BYTES) {
            return prefix + name;
        }
        return "hash:" + Base64.getUrlEncoder().withoutPadding().encodeToString(MessageDigests.sha256().digest(bytes));
    }

    /** Creates a hidden index behind aliases unless it is there. */
    public void create(String index, List<Alias> aliases, Settings settings, XContentBuilder mapping, ActionListener<Void> listener) {
        CreateIndexRequest request = new CreateIndexRequest(index);
        aliases.forEach(request::alias);
        request.settings(Settings.builder().put(settings).put("index.number_of_shards", 1).put("index.hidden", true)).mapping(mapping);
        asPlugin(listener, wrapped -> client.admin().indices().create(request, ActionListener.wrap(created -> wrapped.onResponse(null), e -> {
            if (e instanceof ResourceAlreadyExistsException) {
                wrapped.onResponse(null);
            } else {
                wrapped.onFailure(e);
            }
        })));
    }

    public void delete(List<String> indices, ActionListener<Void> listener) {
        if (indices.isEmpty()) {
            listener.onResponse(null);
            return;
        }
        DeleteIndexRequest request = new DeleteIndexRequest(indices.toArray(String[]::new));
        asPlugin(listener, wrapped -> client.admin().indices().delete(request, ActionListener.map(wrapped, deleted -> null)));
    }

    /** Reads documents as of their last write, in the order of their ids, from any copy. */
    public void get(String index, Collection<String> ids, ActionListener<List<GetResponse>> listener) {
        get(index, ids, null, listener);
    }

    /** The same, from this node's copy alone; fails where it has none. */
    public void getHere(String index, Collection<String> ids, ActionListener<List<GetResponse>> listener) {
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

    /** Writes documents. Fails when one of them could not be written; the others are written then. */
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

    /** Lets a write succeed only over the version that was read, or where there was none. */
    public static IndexRequest over(IndexRequest request, boolean isNew, long seqNo, long primaryTerm) {
        return isNew ? request.opType(DocWriteRequest.OpType.CREATE) : request.setIfSeqNo(seqNo).setIfPrimaryTerm(primaryTerm);
    }

    /** Does what {@code call} says with the plugin's rights. */
    public <T> void asPlugin(ActionListener<T> listener, Consumer<ActionListener<T>> call) {
        ThreadContext context = client.threadPool().getThreadContext();
        ActionListener<T> wrapped = new ContextPreservingActionListener<>(context.newRestorableContext(true), listener);
        try (ThreadContext.StoredContext ignored = context.stashContext()) {
            call.accept(wrapped);
        }
    }

    /** As CBOR bytes are neither escaped nor decoded, and a quarter shorter. */
    public static XContentBuilder source() throws IOException {
        return XContentFactory.cborBuilder().startObject();
    }

    /** Adds a value in its binary form. */
    public static void write(XContentBuilder source, String field, Writeable value) throws IOException {
        try (BytesStreamOutput out = new BytesStreamOutput()) {
            value.writeTo(out);
            BytesRef bytes = out.bytes().toBytesRef();
            source.field(field).value(bytes.bytes, bytes.offset, bytes.length);
        }
    }

    /**
     * Reads such a value. The buffer reads a float at once; the stream that core makes of bytes reads each byte by itself,
     * which took longer than all else about a profile.
     */
    public static <T> T read(Object value, Writeable.Reader<T> reader) throws IOException {
        try (StreamInput in = new ByteBufferStreamInput(ByteBuffer.wrap((byte[]) value))) {
            return reader.read(in);
        }
    }
}
