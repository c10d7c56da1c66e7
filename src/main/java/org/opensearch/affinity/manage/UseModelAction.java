package org.opensearch.affinity.manage;

import org.opensearch.OpenSearchStatusException;
import org.opensearch.ResourceNotFoundException;
import org.opensearch.action.ActionRequestValidationException;
import org.opensearch.action.ActionType;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.action.support.clustermanager.AcknowledgedRequest;
import org.opensearch.action.support.clustermanager.AcknowledgedResponse;
import org.opensearch.affinity.model.ModelIndex;
import org.opensearch.affinity.tracker.ActiveModels;
import org.opensearch.affinity.tracker.IndexNames;
import org.opensearch.affinity.tracker.Trackers;
import org.opensearch.affinity.tracker.TransportChangeTrackers;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.cluster.metadata.MetadataDeleteIndexService;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.inject.Inject;
import org.opensearch.common.xcontent.LoggingDeprecationHandler;
import org.opensearch.common.xcontent.XContentFactory;
import org.opensearch.common.xcontent.json.JsonXContent;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.bytes.BytesReference;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.core.xcontent.NamedXContentRegistry;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.core.xcontent.XContentParser;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.TransportService;
import org.opensearch.transport.client.Client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Ranks with a trained model, or with none, from the next search on; or deletes one that is not used. */
public final class UseModelAction extends ActionType<AcknowledgedResponse> {
    public static final String NAME = "cluster:admin/affinity/model/use";
    public static final UseModelAction INSTANCE = new UseModelAction();

    /** What is to be done. */
    public enum What {
        ACTIVATE,
        DEACTIVATE,
        DELETE
    }

    private UseModelAction() {
        super(NAME, AcknowledgedResponse::new);
    }

    public static final class Request extends AcknowledgedRequest<Request> {
        private final String tracker;
        private final int number;
        private final What what;

        public Request(String tracker, int number, What what) {
            this.tracker = tracker;
            this.number = number;
            this.what = what;
        }

        Request(StreamInput in) throws IOException {
            super(in);
            tracker = in.readString();
            number = in.readVInt();
            what = in.readEnum(What.class);
        }

        @Override
        public void writeTo(StreamOutput out) throws IOException {
            super.writeTo(out);
            out.writeString(tracker);
            out.writeVInt(number);
            out.writeEnum(what);
        }

        @Override
        public ActionRequestValidationException validate() {
            return null;
        }
    }

    /** Runs on the elected cluster manager. */
    public static final class Transport extends TransportChangeTrackers<Request> {
        private final MetadataDeleteIndexService indices;

        @Inject
        public Transport(
            TransportService transportService,
            ClusterService clusterService,
            ThreadPool threadPool,
            ActionFilters filters,
            IndexNameExpressionResolver resolver,
            Client client,
            MetadataDeleteIndexService indices
        ) {
            super(NAME, transportService, clusterService, threadPool, filters, Request::new, resolver);
            this.indices = indices;
        }

        @Override
        protected void clusterManagerOperation(Request request, ClusterState state, ActionListener<AcknowledgedResponse> listener) {
            String index = IndexNames.MODELS.index(request.tracker, request.number);
            switch (request.what) {
                case ACTIVATE -> submit(request, current -> {
                    ActiveModels.Active active = active(request.tracker, request.number, current);
                    return ActiveModels.of(current).with(current, request.tracker, active);
                }, listener);
                case DEACTIVATE -> submit(request, current -> {
                    if (uses(request, current)) {
                        // Even if its index is gone, as after a restore without it.
                        return ActiveModels.of(current).with(current, request.tracker, null);
                    }
                    about(request.tracker, request.number, current);
                    return current;
                }, listener);
                // In the same update as the look whether it is used: it may be activated at any moment.
                case DELETE -> submit(request, current -> {
                    about(request.tracker, request.number, current);
                    if (uses(request, current)) {
                        throw new OpenSearchStatusException("[affinity] model [{}] of tracker [{}] is in use: activate another one, or [_deactivate] it first", RestStatus.CONFLICT, request.number, request.tracker);
                    }
                    return indices.deleteIndices(current, Set.of(current.metadata().index(index).getIndex()));
                }, listener);
            }
        }

        private static boolean uses(Request request, ClusterState state) {
            ActiveModels.Active active = ActiveModels.of(state).of(request.tracker);
            return active != null && active.number() == request.number;
        }

        /** @throws ResourceNotFoundException if there is no such model, or it is not finished */
        private static Map<String, Object> about(String tracker, int number, ClusterState state) {
            Trackers.of(state).named(tracker);
            Map<String, Object> about = ModelIndex.about(IndexNames.MODELS.index(tracker, number), state);
            if (about.isEmpty()) {
                throw new ResourceNotFoundException("[affinity] tracker [{}] has no model [{}]", tracker, number);
            }
            return about;
        }
    }

    /**
     * What stands for a model in the cluster state when it is used.
     *
     * @throws ResourceNotFoundException if there is no such model, or it is not finished
     */
    public static ActiveModels.Active active(String tracker, int number, ClusterState state) {
        Map<String, Object> kept = new HashMap<>(Transport.about(tracker, number, state));
        kept.keySet().retainAll(List.of("number", "keep", "ranking"));
        try (XContentBuilder json = XContentFactory.jsonBuilder().map(kept)) {
            BytesReference bytes = BytesReference.bytes(json);
            try (
                XContentParser parser = JsonXContent.jsonXContent.createParser(
                    NamedXContentRegistry.EMPTY,
                    LoggingDeprecationHandler.INSTANCE,
                    bytes.streamInput()
                )
            ) {
                return ActiveModels.active(parser);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
