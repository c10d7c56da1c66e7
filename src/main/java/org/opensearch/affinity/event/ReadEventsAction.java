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
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;

/**
 * Reads the documents of one event shard in the order of their sequence numbers, on the primary, no further than the
 * global checkpoint: up to there nothing is missing and nothing will be rolled back. When there is nothing new, the answer
 * waits for the checkpoint to move: followers sleep here instead of polling, and no refresh of the log is needed.
 */
public final class ReadEventsAction extends ActionType<ReadEventsAction.Response> {
    public static final String NAME = "indices:data/read/affinity/events";
    /** Where events are read, parsed and folded: never a transport, search or cluster-state thread. */
    public static final String THREAD_POOL = "affinity_track";
    public static final ReadEventsAction INSTANCE = new ReadEventsAction();
    static final long MAX_BYTES = 8L << 20;

    private ReadEventsAction() {
        super(NAME, Response::new);
    }

    /** Documents from a sequence number (inclusive) on, at most {@code maxEvents} numbers, after waiting for up to {@code wait}. */
    public static final class Request extends SingleShardRequest<Request> {
        private final ShardId shard;
        private final long from;
        private final int maxEvents;
        private final TimeValue wait;
        /** Above 0 where it is only asked which number the last document has of an earlier primary term. */
        private final long before;

        public Request(ShardId shard, long from, int maxEvents, TimeValue wait) {
            this(shard, from, maxEvents, wait, 0);
        }

        private Request(ShardId shard, long from, int maxEvents, TimeValue wait, long before) {
            super(shard.getIndexName());
            this.shard = shard;
            this.from = from;
            this.maxEvents = maxEvents;
            this.wait = wait;
            this.before = before;
        }

        /** How far the documents reach that were written before a primary term, among those that are still there: -1 if there are none. */
        public static Request lastBefore(ShardId shard, long term) {
            return new Request(shard, 0, 0, TimeValue.ZERO, term);
        }

        public Request(StreamInput in) throws IOException {
            super(in);
            shard = new ShardId(in);
            from = in.readVLong();
            maxEvents = in.readVInt();
            wait = in.readTimeValue();
            before = in.readVLong();
        }

        @Override
        public void writeTo(StreamOutput out) throws IOException {
            super.writeTo(out);
            shard.writeTo(out);
            out.writeVLong(from);
            out.writeVInt(maxEvents);
            out.writeTimeValue(wait);
            out.writeVLong(before);
        }

        @Override
        public ActionRequestValidationException validate() {
            return null;
        }
    }

    /**
     * One document of the log.
     *
     * @param term  the primary term that it was written in
     * @param again the document was written before under the same id
     */
    public record Read(long seqNo, long term, String id, boolean again, BytesReference source) implements Writeable {
        public Read(StreamInput in) throws IOException {
            this(in.readVLong(), in.readVLong(), in.readString(), in.readBoolean(), in.readBytesReference());
        }

        @Override
        public void writeTo(StreamOutput out) throws IOException {
            out.writeVLong(seqNo);
            out.writeVLong(term);
            out.writeString(id);
            out.writeBoolean(again);
            out.writeBytesReference(source);
        }
    }

    /** What was read. All numbers up to {@code readTo} are covered: those without a document hold none. */
    public static final class Response extends ActionResponse {
        private final List<Read> events;
        private final long readTo;

        Response(List<Read> events, long readTo) {
            this.events = events;
            this.readTo = readTo;
        }

        Response(StreamInput in) throws IOException {
            super(in);
            events = in.readList(Read::new);
            readTo = in.readZLong();
        }

        @Override
        public void writeTo(StreamOutput out) throws IOException {
            out.writeList(events);
            out.writeZLong(readTo);
        }

        public List<Read> events() {
            return events;
        }

        public long readTo() {
            return readTo;
        }
    }

    /** Runs on the node of the primary. */
    public static final class Transport extends TransportSingleShardAction<Request, Response> {
        private final IndicesService indices;

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
        }

        @Override
        protected void asyncShardOperation(Request request, ShardId shardId, ActionListener<Response> listener) throws IOException {
            IndexShard shard = shard(request);
            if (request.before > 0 || readable(shard) >= request.from) {
                super.asyncShardOperation(request, shardId, listener);
            } else {
                shard.addGlobalCheckpointListener(request.from, new Wake(request, shardId, listener), request.wait);
            }
        }

        /** A shard that recovers knows its old global checkpoint before the operations up to it are back in the index. */
        private IndexShard shard(Request request) {
            IndexShard shard = indices.indexServiceSafe(request.shard.getIndex()).getShard(request.shard.id());
            if (shard.state() != IndexShardState.STARTED) {
                throw new IndexShardNotStartedException(shard.shardId(), shard.state());
            }
            return shard;
        }

        /** The last number up to which no operation is missing here or can be rolled back. */
        private static long readable(IndexShard shard) {
            return Math.min(shard.getLastKnownGlobalCheckpoint(), shard.getLocalCheckpoint());
        }

        @Override
        protected Response shardOperation(Request request, ShardId shardId) throws IOException {
            IndexShard shard = shard(request);
            if (request.before > 0) {
                return new Response(List.of(), lastBefore(shard, request.before));
            }
            long to = Math.min(readable(shard), request.from + request.maxEvents - 1);
            if (to < request.from) {
                return new Response(List.of(), request.from - 1);
            }
            List<Read> events = new ArrayList<>();
            long bytes = 0;
            try (Translog.Snapshot snapshot = shard.newChangesSnapshot("affinity", request.from, to, false, false)) {
                for (Translog.Operation op = snapshot.next(); op != null; op = snapshot.next()) {
                    if (op instanceof Translog.Index index) {
                        events.add(new Read(op.seqNo(), op.primaryTerm(), index.id(), index.version() > 1, index.source()));
                        bytes += index.source().length();
                        if (bytes >= MAX_BYTES) {
                            return new Response(events, op.seqNo());
                        }
                    }
                }
            }
            return new Response(events, to);
        }

        private static long lastBefore(IndexShard shard, long term) throws IOException {
            Query earlier = NumericDocValuesField.newSlowRangeQuery(SeqNoFieldMapper.PRIMARY_TERM_NAME, 0, term - 1);
            Sort lastFirst = new Sort(new SortField(SeqNoFieldMapper.NAME, SortField.Type.LONG, true));
            try (Engine.Searcher searcher = shard.acquireSearcher("affinity")) {
                ScoreDoc[] last = searcher.search(earlier, 1, lastFirst).scoreDocs;
                return last.length == 0 ? -1 : (long) ((FieldDoc) last[0]).fields[0];
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

        /** Continues the read when the checkpoint has moved; a time-out is an empty answer. */
        private final class Wake implements GlobalCheckpointListeners.GlobalCheckpointListener {
            private final Request request;
            private final ShardId shardId;
            private final ActionListener<Response> listener;

            Wake(Request request, ShardId shardId, ActionListener<Response> listener) {
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
