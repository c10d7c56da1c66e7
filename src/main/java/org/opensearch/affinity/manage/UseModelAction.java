package org.opensearch.affinity.manage;

import org.opensearch.OpenSearchStatusException;
import org.opensearch.ResourceNotFoundException;
import org.opensearch.action.ActionType;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.action.support.clustermanager.AcknowledgedResponse;
import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.model.ModelIndex;
import org.opensearch.affinity.tracker.ActiveModels;
import org.opensearch.affinity.tracker.IndexNames;
import org.opensearch.affinity.tracker.TrackerChangeRequest;
import org.opensearch.affinity.tracker.Trackers;
import org.opensearch.affinity.tracker.TransportChangeTrackers;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.cluster.metadata.MetadataDeleteIndexService;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.inject.Inject;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.TransportService;

import java.io.IOException;
import java.util.Map;
import java.util.Set;

/** Activates or deactivates a trained model of a tracker, which takes effect with the next search, or deletes one that is not active. */
public final class UseModelAction extends ActionType<AcknowledgedResponse> {
    public static final String NAME = "cluster:admin/affinity/model/use";
    public static final UseModelAction INSTANCE = new UseModelAction();

    /** What to do with the model. */
    public enum Operation {
        /** Rank with it instead of the active model, if there is one. */
        ACTIVATE,
        /** Rank without a trained model, if it is active. */
        DEACTIVATE,
        /** Delete it; refused with 409 if it is active. */
        DELETE
    }

    private UseModelAction() {
        super(NAME, AcknowledgedResponse::new);
    }

    public static final class Request extends TrackerChangeRequest<Request> {
        private static final Format FORMAT = Format.first(Request.class);

        private final int number;
        private final Operation operation;

        /** @param number of the model among those of its tracker, from 1 */
        public Request(String tracker, int number, Operation operation) {
            super(tracker);
            this.number = number;
            this.operation = operation;
        }

        Request(StreamInput from) throws IOException {
            super(from);
            Frame in = FORMAT.read(from);
            number = in.readVInt();
            operation = in.readEnum(Operation.class);
        }

        @Override
        public void writeTo(StreamOutput to) throws IOException {
            super.writeTo(to);
            try (StreamOutput out = FORMAT.begin(to)) {
                out.writeVInt(number);
                out.writeEnum(operation);
            }
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
            MetadataDeleteIndexService indices
        ) {
            super(NAME, transportService, clusterService, threadPool, filters, Request::new, resolver);
            this.indices = indices;
        }

        @Override
        protected void clusterManagerOperation(Request request, ClusterState state, ActionListener<AcknowledgedResponse> listener) {
            submit(request, current -> switch (request.operation) {
                case ACTIVATE -> activate(request, current);
                case DEACTIVATE -> deactivate(request, current);
                // In the same update as the check that it is not active: it may be activated at any moment.
                case DELETE -> delete(request, current);
            }, listener);
        }

        private static ClusterState activate(Request request, ClusterState state) {
            ActiveModels.Active model = active(request.tracker(), request.number, state);
            return ActiveModels.of(state).activate(state, request.tracker(), model);
        }

        private static ClusterState deactivate(Request request, ClusterState state) {
            if (isActive(request, state)) {
                // Even if its index is missing, as after a restore without it.
                return ActiveModels.of(state).without(state, request.tracker());
            }
            requireAbout(request.tracker(), request.number, state);
            return state;
        }

        private ClusterState delete(Request request, ClusterState state) {
            requireAbout(request.tracker(), request.number, state);
            if (isActive(request, state)) {
                throw new OpenSearchStatusException(
                    "[affinity] model [{}] of tracker [{}] is in use: activate another one, or [_deactivate] it first",
                    RestStatus.CONFLICT,
                    request.number,
                    request.tracker()
                );
            }
            String index = IndexNames.MODELS.index(request.tracker(), request.number);
            return indices.deleteIndices(state, Set.of(state.metadata().index(index).getIndex()));
        }

        private static boolean isActive(Request request, ClusterState state) {
            ActiveModels.Active active = ActiveModels.of(state).of(request.tracker());
            return active != null && active.number() == request.number;
        }
    }

    /**
     * The entry of the cluster state for a model when it is active.
     *
     * @throws ResourceNotFoundException if there is no such model, or its training has not finished
     */
    public static ActiveModels.Active active(String tracker, int number, ClusterState state) {
        requireAbout(tracker, number, state);
        try {
            return ModelIndex.active(IndexNames.MODELS.index(tracker, number), state);
        } catch (IOException e) {
            throw new OpenSearchStatusException(e.getMessage(), RestStatus.CONFLICT);
        }
    }

    /** Fails if a training has not stored a model. */
    private static void requireAbout(String tracker, int number, ClusterState state) {
        Trackers.of(state).named(tracker);
        Map<String, Object> about = ModelIndex.about(IndexNames.MODELS.index(tracker, number), state);
        if (about.isEmpty()) {
            throw new ResourceNotFoundException("[affinity] tracker [{}] has no model [{}]", tracker, number);
        }
    }
}
