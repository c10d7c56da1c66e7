package org.opensearch.affinity.event;

import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.search.FieldDoc;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.opensearch.action.ActionRequestValidationException;
import org.opensearch.action.ActionType;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.action.support.single.shard.SingleShardRequest;
import org.opensearch.action.support.single.shard.TransportSingleShardAction;
import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.cluster.routing.ShardsIterator;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.inject.Inject;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.index.shard.ShardId;
import org.opensearch.index.engine.Engine;
import org.opensearch.index.mapper.SeqNoFieldMapper;
import org.opensearch.index.query.QueryBuilder;
import org.opensearch.index.shard.GlobalCheckpointListeners;
import org.opensearch.index.shard.IndexShard;
import org.opensearch.index.shard.IndexShardNotStartedException;
import org.opensearch.index.shard.IndexShardState;
import org.opensearch.index.translog.Translog;
import org.opensearch.indices.IndicesService;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.TransportService;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;

/**
 * Reads the documents of one log shard in the order of their sequence numbers, on the primary, up to the global checkpoint: up to
 * there no operation is missing, and none will be rolled back. If there is nothing new, the response waits until the checkpoint
 * advances or a time-out, so that followers need not poll.
 */
public final class ReadEventsAction extends ActionType<ReadEventsAction.Response> {
    public static final String NAME = "indices:data/read/affinity/events";
    /** The thread pool on which events are read, parsed and applied: never a transport, search or cluster-state thread. */
    public static final String THREAD_POOL = "affinity_track";
    public static final ReadEventsAction INSTANCE = new ReadEventsAction();
    /** A response ends with the document whose source exceeds this sum of bytes. */
    static final long MAX_BYTES = 8L << 20;

    private ReadEventsAction() {
        super(NAME, Response::new);
    }

    /** Asks either for documents from a sequence number on, or for the last sequence number before a primary term. */
    public static final class Request extends SingleShardRequest<Request> {
        private static final Format FORMAT = Format.first(Request.class);

        private final ShardId shard;
        private final long from;
        private final int maxEvents;
        private final TimeValue wait;
        /** Above 0 to ask for the last sequence number before this primary term; 0 to ask for documents. */
        private final long beforeTerm;
        /** Index expressions whose alias filters apply; empty for no filters. */
        private final String[] expressions;

        /**
         * Asks for documents.
         *
         * @param from      the first sequence number to read
         * @param maxEvents the most sequence numbers to read
         * @param wait        how long to wait for an operation of number {@code from}
         * @param expressions of the tracker: documents that filtered aliases among them exclude are left out, as in a search
         */
        public Request(ShardId shard, long from, int maxEvents, TimeValue wait, String... expressions) {
            this(shard, from, maxEvents, wait, 0, expressions);
        }

        private Request(ShardId shard, long from, int maxEvents, TimeValue wait, long beforeTerm, String... expressions) {
            super(shard.getIndexName());
            this.shard = shard;
            this.from = from;
            this.maxEvents = maxEvents;
            this.wait = wait;
            this.beforeTerm = beforeTerm;
            this.expressions = expressions;
        }

        /**
         * Asks for the highest sequence number among the documents that were written before a primary term and still exist. The
         * response has it as {@link Response#readTo}, -1 if there is none.
         */
        public static Request lastBefore(ShardId shard, long term) {
            return new Request(shard, 0, 0, TimeValue.ZERO, term);
        }

        Request(StreamInput stream) throws IOException {
            super(stream);
            Frame in = FORMAT.read(stream);
            shard = new ShardId(in);
            from = in.readVLong();
            maxEvents = in.readVInt();
            wait = in.readTimeValue();
            beforeTerm = in.readVLong();
            expressions = in.readStringArray();
        }

        @Override
        public void writeTo(StreamOutput to) throws IOException {
            super.writeTo(to);
            try (StreamOutput out = FORMAT.begin(to)) {
                shard.writeTo(out);
                out.writeVLong(from);
                out.writeVInt(maxEvents);
                out.writeTimeValue(wait);
                out.writeVLong(beforeTerm);
                out.writeStringArray(expressions);
            }
        }

        @Override
        public ActionRequestValidationException validate() {
            return null;
        }
    }

    /**
     * One document of the log.
     *
     * @param term     the primary term of its last write
     * @param isUpdate whether it overwrote a document of the same id
     */
    public record LogDocument(long seqNo, long term, String id, boolean isUpdate, BytesReference source) implements Writeable {
        private static final Format FORMAT = Format.first(LogDocument.class);

        LogDocument(StreamInput in) throws IOException {
            this(FORMAT.read(in));
        }

        private LogDocument(Frame in) throws IOException {
            this(in.readVLong(), in.readVLong(), in.readString(), in.readBoolean(), in.readBytesReference());
        }

        @Override
        public void writeTo(StreamOutput to) throws IOException {
            try (StreamOutput out = FORMAT.begin(to)) {
                out.writeVLong(seqNo);
                out.writeVLong(term);
                out.writeString(id);
                out.writeBoolean(isUpdate);
                out.writeBytesReference(source);
            }
        }
    }

    /** The documents that were read, in the order of their sequence numbers. */
    public static final class Response extends ActionResponse {
        private static final Format FORMAT = Format.first(Response.class);

        private final List<LogDocument> documents;
        private final long readTo;

        Response(List<LogDocument> documents, long readTo) {
            this.documents = documents;
            this.readTo = readTo;
        }

        Response(StreamInput from) throws IOException {
            super(from);
            Frame in = FORMAT.read(from);
            documents = in.readList(LogDocument::new);
            readTo = in.readZLong();
        }

        @Override
        public void writeTo(StreamOutput to) throws IOException {
            try (StreamOutput out = FORMAT.begin(to)) {
                out.writeList(documents);
                out.writeZLong(readTo);
            }
        }

        public List<LogDocument> documents() {
            return documents;
        }

        /** The last sequence number that was read. Numbers up to it without a document, such as those of deletions, hold no event. */
        public long readTo() {
            return readTo;
        }
    }

    /** Executes requests on the node of the primary. */
    public static final class Transport extends TransportSingleShardAction<Request, Response> {
        private final IndicesService indices;
        private final LogFilter logFilter;

        @Inject
        public Transport(
            ThreadPool threadPool,
            ClusterService clusterService,
            TransportService transportService,
            ActionFilters filters,
            IndexNameExpressionResolver resolver,
            IndicesService indices
        ) {
            super(NAME, threadPool, clusterService, transportService, filters, resolver, Request::new, THREAD_POOL);
            this.indices = indices;
            logFilter = new LogFilter(indices, resolver);
        }

        @Override
        protected void asyncShardOperation(Request request, ShardId shardId, ActionListener<Response> listener) throws IOException {
            IndexShard shard = shard(request);
            if (request.beforeTerm > 0 || readable(shard) >= request.from) {
                super.asyncShardOperation(request, shardId, listener);
            } else {
                shard.addGlobalCheckpointListener(request.from, new ResumedRead(request, shardId, listener), request.wait);
            }
        }

        /** Requires a started shard: one that recovers knows its global checkpoint before it has replayed the operations up to it. */
        private IndexShard shard(Request request) {
            IndexShard shard = indices.indexServiceSafe(request.shard.getIndex()).getShard(request.shard.id());
            if (shard.state() != IndexShardState.STARTED) {
                throw new IndexShardNotStartedException(shard.shardId(), shard.state());
            }
            return shard;
        }

        /** Returns the sequence number up to which this copy has all operations, and none can be rolled back. */
        private static long readable(IndexShard shard) {
            return Math.min(shard.getLastKnownGlobalCheckpoint(), shard.getLocalCheckpoint());
        }

        @Override
        protected Response shardOperation(Request request, ShardId shardId) throws IOException {
            IndexShard shard = shard(request);
            if (request.beforeTerm > 0) {
                return new Response(List.of(), lastBefore(shard, request.beforeTerm));
            }
            long to = Math.min(readable(shard), request.from + request.maxEvents - 1);
            if (to < request.from) {
                return new Response(List.of(), request.from - 1);
            }
            List<LogDocument> documents = new ArrayList<>();
            long bytes = 0;
            try (Translog.Snapshot snapshot = shard.newChangesSnapshot("affinity", request.from, to, false, false)) {
                for (Translog.Operation op = snapshot.next(); op != null; op = snapshot.next()) {
                    if (op instanceof Translog.Index index) {
                        documents.add(new LogDocument(op.seqNo(), op.primaryTerm(), index.id(), index.version() > 1, index.source()));
                        bytes += index.source().length();
                        if (bytes >= MAX_BYTES) {
                            to = op.seqNo();
                            break;
                        }
                    }
                }
            }
            QueryBuilder filter = logFilter.of(shardId.getIndexName(), request.expressions, clusterService.state());
            if (filter != null) {
                Set<Long> passing = logFilter.passing(shard, filter, request.from, to);
                documents.removeIf(document -> passing.contains(document.seqNo()) == false);
            }
            return new Response(documents, to);
        }

        private static long lastBefore(IndexShard shard, long term) throws IOException {
            Query earlierTerms = NumericDocValuesField.newSlowRangeQuery(SeqNoFieldMapper.PRIMARY_TERM_NAME, 0, term - 1);
            Sort highestFirst = new Sort(new SortField(SeqNoFieldMapper.NAME, SortField.Type.LONG, true));
            try (Engine.Searcher searcher = shard.acquireSearcher("affinity")) {
                ScoreDoc[] found = searcher.search(earlierTerms, 1, highestFirst).scoreDocs;
                return found.length == 0 ? -1 : (long) ((FieldDoc) found[0]).fields[0];
            }
        }

        @Override
        protected Writeable.Reader<Response> getResponseReader() {
            return Response::new;
        }

        @Override
        protected boolean resolveIndex(Request request) {
            return false;
        }

        @Override
        protected ShardsIterator shards(ClusterState state, InternalRequest request) {
            ShardId shard = request.request().shard;
            return state.routingTable().shardRoutingTable(shard).primaryShardIt();
        }

        /** Reads once the global checkpoint has advanced; responds without documents at a time-out. */
        private final class ResumedRead implements GlobalCheckpointListeners.GlobalCheckpointListener {
            private final Request request;
            private final ShardId shardId;
            private final ActionListener<Response> listener;

            ResumedRead(Request request, ShardId shardId, ActionListener<Response> listener) {
                this.request = request;
                this.shardId = shardId;
                this.listener = listener;
            }

            @Override
            public Executor executor() {
                return threadPool.executor(THREAD_POOL);
            }

            @Override
            public void accept(long checkpoint, Exception e) {
                if (e instanceof TimeoutException) {
                    listener.onResponse(new Response(List.of(), request.from - 1));
                } else if (e != null) {
                    listener.onFailure(e);
                } else {
                    ActionListener.completeWith(listener, () -> shardOperation(request, shardId));
                }
            }
        }
    }
}
