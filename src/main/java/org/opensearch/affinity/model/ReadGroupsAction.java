package org.opensearch.affinity.model;

import org.opensearch.action.ActionRequestValidationException;
import org.opensearch.action.ActionType;
import org.opensearch.action.NoShardAvailableActionException;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.action.support.single.shard.SingleShardRequest;
import org.opensearch.action.support.single.shard.TransportSingleShardAction;
import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.tracker.Signal;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.cluster.routing.ShardsIterator;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.inject.Inject;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.common.io.stream.Writeable;
import org.opensearch.core.index.shard.ShardId;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.TransportService;

import java.io.IOException;
import java.util.List;

/**
 * Reads the concepts or the segments of a model, and how far a user's history belongs to them, on a node with a copy of the model. It has an
 * internal name because it needs no permission of its own: its callers check theirs.
 */
public final class ReadGroupsAction extends ActionType<ReadGroupsAction.Response> {
    public static final String NAME = "internal:affinity/model/concepts";
    public static final ReadGroupsAction INSTANCE = new ReadGroupsAction();

    private ReadGroupsAction() {
        super(NAME, Response::new);
    }

    /** Asks for the groups of a model. */
    public static final class Request extends SingleShardRequest<Request> {
        /** Format 2 has the part; before, it was that of concepts. */
        private static final Format FORMAT = Format.first(Request.class).withField(2);

        private final List<String> history;
        private final String part;

        /**
         * @param model   its index
         * @param part    {@link Signal#CONCEPTS} or {@link Signal#SEGMENTS}
         * @param history items of a user; empty for none
         */
        public Request(String model, String part, List<String> history) {
            super(model);
            this.part = part;
            this.history = history;
        }

        Request(StreamInput from) throws IOException {
            super(from);
            Frame in = FORMAT.read(from);
            history = in.readStringList();
            part = in.format() < 2 ? Signal.CONCEPTS : in.readString();
        }

        @Override
        public void writeTo(StreamOutput to) throws IOException {
            super.writeTo(to);
            try (StreamOutput out = FORMAT.begin(to)) {
                out.writeStringCollection(history);
                out.writeString(part);
            }
        }

        @Override
        public ActionRequestValidationException validate() {
            return null;
        }
    }

    /** The groups by number; none for a model without the part. */
    public static final class Response extends ActionResponse {
        private static final Format FORMAT = Format.first(Response.class);

        private final List<ModelGroup> groups;

        Response(List<ModelGroup> groups) {
            this.groups = groups;
        }

        Response(StreamInput from) throws IOException {
            super(from);
            Frame in = FORMAT.read(from);
            groups = in.readList(ModelGroup::new);
        }

        @Override
        public void writeTo(StreamOutput to) throws IOException {
            try (StreamOutput out = FORMAT.begin(to)) {
                out.writeList(groups);
            }
        }

        public List<ModelGroup> groups() {
            return groups;
        }
    }

    /** Runs on a node with a copy of the model. */
    public static final class Transport extends TransportSingleShardAction<Request, Response> {
        private final LocalModels models;

        @Inject
        public Transport(
            ThreadPool threadPool,
            ClusterService clusterService,
            TransportService transportService,
            ActionFilters filters,
            IndexNameExpressionResolver resolver,
            LocalModels models
        ) {
            super(NAME, threadPool, clusterService, transportService, filters, resolver, Request::new, ThreadPool.Names.GENERIC);
            this.models = models;
        }

        @Override
        protected Response shardOperation(Request request, ShardId shardId) {
            OpenModel model = models.open(request.index());
            if (model == null || model.tryIncRef() == false) {
                throw new NoShardAvailableActionException(shardId, "the copy of the model is not open");
            }
            try {
                return new Response(model.groups().describe(request.part, request.history));
            } finally {
                model.decRef();
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
            return state.routingTable().shardRoutingTable(request.request().index(), 0).activeInitializingShardsRandomIt();
        }
    }
}
