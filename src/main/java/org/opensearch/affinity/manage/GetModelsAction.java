package org.opensearch.affinity.manage;

import org.opensearch.ResourceNotFoundException;
import org.opensearch.action.ActionType;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.action.support.HandledTransportAction;
import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.model.ModelIndex;
import org.opensearch.affinity.tracker.ActiveModels;
import org.opensearch.affinity.tracker.IndexNames;
import org.opensearch.affinity.tracker.TrackerRequest;
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

/** Describes the finished models of a tracker, the newest first, or one of them. */
public final class GetModelsAction extends ActionType<ModelsResponse> {
    public static final String NAME = "cluster:admin/affinity/model/get";
    public static final GetModelsAction INSTANCE = new GetModelsAction();

    private GetModelsAction() {
        super(NAME, ModelsResponse::new);
    }

    public static final class Request extends TrackerRequest {
        private static final Format FORMAT = Format.first(Request.class);

        private final Integer number;

        /** @param number of one model; null for all */
        public Request(String tracker, Integer number) {
            super(tracker);
            this.number = number;
        }

        Request(StreamInput from) throws IOException {
            super(from);
            Frame in = FORMAT.read(from);
            number = in.readOptionalInt();
        }

        @Override
        public void writeTo(StreamOutput to) throws IOException {
            super.writeTo(to);
            try (StreamOutput out = FORMAT.begin(to)) {
                out.writeOptionalInt(number);
            }
        }
    }

    /** Runs on the node that receives the request, and reads its cluster state. */
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
            String tracker = request.tracker();
            Trackers.of(state).named(tracker);
            ActiveModels.Active active = ActiveModels.of(state).of(tracker);
            List<Map<String, Object>> models = new ArrayList<>();
            IndexNames.MODELS.of(tracker, state).stream().sorted(Comparator.comparingInt(ModelIndex::number).reversed()).forEach(index -> {
                Map<String, Object> about = ModelIndex.about(index, state);
                int number = ModelIndex.number(index);
                if (about.isEmpty() == false && (request.number == null || request.number == number)) {
                    Map<String, Object> model = new LinkedHashMap<>(about);
                    model.put("active", active != null && active.number() == number);
                    models.add(model);
                }
            });
            if (models.isEmpty() && request.number != null) {
                throw new ResourceNotFoundException("[affinity] tracker [{}] has no model [{}]", tracker, request.number);
            }
            listener.onResponse(new ModelsResponse(models));
        }
    }
}
