package org.opensearch.affinity.manage;

import org.opensearch.ResourceNotFoundException;
import org.opensearch.action.ActionRequest;
import org.opensearch.action.ActionRequestValidationException;
import org.opensearch.action.ActionType;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.action.support.HandledTransportAction;
import org.opensearch.affinity.model.ModelIndex;
import org.opensearch.affinity.tracker.ActiveModels;
import org.opensearch.affinity.tracker.IndexNames;
import org.opensearch.affinity.tracker.Trackers;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.inject.Inject;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.tasks.Task;
import org.opensearch.transport.TransportService;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The trained models of a tracker. */
public final class GetModelsAction extends ActionType<ModelsResponse> {
    public static final String NAME = "cluster:admin/affinity/model/get";
    public static final GetModelsAction INSTANCE = new GetModelsAction();

    private GetModelsAction() {
        super(NAME, ModelsResponse::new);
    }

    public static final class Request extends ActionRequest {
        private final String tracker;
        private final Integer number;

        /** @param number of one model; null for all */
        public Request(String tracker, Integer number) {
            this.tracker = tracker;
            this.number = number;
        }

        Request(StreamInput in) throws IOException {
            super(in);
            tracker = in.readString();
            number = in.readOptionalInt();
        }

        @Override
        public void writeTo(StreamOutput out) throws IOException {
            super.writeTo(out);
            out.writeString(tracker);
            out.writeOptionalInt(number);
        }

        @Override
        public ActionRequestValidationException validate() {
            return null;
        }
    }

    /** Runs on the node that was asked, out of its cluster state. */
    public static final class Transport extends HandledTransportAction<Request, ModelsResponse> {
        private final ClusterService cluster;

        @Inject
        public Transport(TransportService transport, ActionFilters filters, ClusterService cluster) {
            super(NAME, transport, filters, Request::new);
            this.cluster = cluster;
        }

        @Override
        protected void doExecute(Task task, Request request, ActionListener<ModelsResponse> listener) {
            ClusterState state = cluster.state();
            Trackers.of(state).named(request.tracker);
            ActiveModels.Active active = ActiveModels.of(state).of(request.tracker);
            List<Map<String, Object>> models = new ArrayList<>();
            IndexNames.MODELS.of(request.tracker, state).stream().sorted(Comparator.comparingInt(ModelIndex::number).reversed()).forEach(index -> {
                Map<String, Object> about = ModelIndex.about(index, state);
                if (about.isEmpty() == false && (request.number == null || request.number == ModelIndex.number(index))) {
                    Map<String, Object> model = new LinkedHashMap<>(about);
                    model.put("active", active != null && active.number() == ModelIndex.number(index));
                    models.add(model);
                }
            });
            if (models.isEmpty() && request.number != null) {
                throw new ResourceNotFoundException("[affinity] tracker [{}] has no model [{}]", request.tracker, request.number);
            }
            listener.onResponse(new ModelsResponse(models));
        }
    }
}
