package org.opensearch.affinity.cluster;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apache.lucene.util.BytesRef;
import org.opensearch.ResourceAlreadyExistsException;
import org.opensearch.action.DocWriteRequest;
import org.opensearch.action.DocWriteResponse;
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
import org.opensearch.action.support.ThreadedActionListener;
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
import org.opensearch.search.fetch.subphase.FetchSourceContext;
import org.opensearch.transport.client.Client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Reads and writes documents of the plugin's system indices. All calls are asynchronous and run with the plugin's own permissions;
 * listeners are called in the caller's thread context. Thread-safe.
 */
public final class SystemDocuments {
    private static final Logger LOGGER = LogManager.getLogger(SystemDocuments.class);
    private static final int MAX_ID_BYTES = 500;
    /** The most documents that {@link #getMany} reads by one request: about ten milliseconds of a thread for profiles. */
    private static final int MAX_READ = 20;

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
        get(index, ids, id -> true, null, listener);
    }

    /** As {@link #get}, from this node's copy only; fails where the node has none. */
    public void getLocal(String index, Collection<String> ids, ActionListener<List<GetResponse>> listener) {
        get(index, ids, id -> true, Preference.ONLY_LOCAL.type(), listener);
    }

    /**
     * Reads any number of documents as {@link #get} does, by requests of a few, one after another. A node reads documents of system
     * indices on few threads, on two processors with one, and searches that need a profile wait for it.
     *
     * @param withSource by id; the version of a document without its source costs a fraction
     * @param executor   the thread pool on which the listener is called, since decoding many documents takes time too
     */
    public void getMany(
        String index,
        List<String> ids,
        Predicate<String> withSource,
        String executor,
        ActionListener<List<GetResponse>> listener
    ) {
        ActionListener<List<GetResponse>> threaded = new ThreadedActionListener<>(LOGGER, client.threadPool(), executor, listener, true);
        getMany(index, ids, withSource, new ArrayList<>(ids.size()), threaded);
    }

    private void getMany(
        String index,
        List<String> ids,
        Predicate<String> withSource,
        List<GetResponse> read,
        ActionListener<List<GetResponse>> listener
    ) {
        if (read.size() == ids.size()) {
            listener.onResponse(read);
            return;
        }
        List<String> some = ids.subList(read.size(), Math.min(ids.size(), read.size() + MAX_READ));
        get(index, some, withSource, null, ActionListener.wrap(found -> {
            read.addAll(found);
            getMany(index, ids, withSource, read, listener);
        }, listener::onFailure));
    }

    private void get(
        String index,
        Collection<String> ids,
        Predicate<String> withSource,
        String preference,
        ActionListener<List<GetResponse>> listener
    ) {
        if (ids.isEmpty()) {
            listener.onResponse(List.of());
            return;
        }
        MultiGetRequest request = new MultiGetRequest().preference(preference);
        for (String id : ids) {
            MultiGetRequest.Item item = new MultiGetRequest.Item(index, id);
            request.add(withSource.test(id) ? item : item.fetchSourceContext(FetchSourceContext.DO_NOT_FETCH_SOURCE));
        }
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
        List<IndexRequest> requests = new ArrayList<>(values.size());
        try {
            for (T value : values) {
                requests.add(request.apply(value));
            }
        } catch (IOException e) {
            listener.onFailure(e);
            return;
        }
        index(requests, ActionListener.map(listener, written -> null));
    }

    /**
     * As {@link #index(Collection, CheckedFunction, ActionListener)}.
     *
     * @param listener called with the responses in the order of the requests
     */
    public void index(List<IndexRequest> requests, ActionListener<List<DocWriteResponse>> listener) {
        if (requests.isEmpty()) {
            listener.onResponse(List.of());
            return;
        }
        BulkRequest bulk = new BulkRequest();
        requests.forEach(bulk::add);
        asPlugin(listener, wrapped -> client.bulk(bulk, ActionListener.map(wrapped, response -> {
            List<DocWriteResponse> written = new ArrayList<>(requests.size());
            for (BulkItemResponse item : response) {
                if (item.isFailed()) {
                    throw item.getFailure().getCause();
                }
                written.add(item.getResponse());
            }
            return written;
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
