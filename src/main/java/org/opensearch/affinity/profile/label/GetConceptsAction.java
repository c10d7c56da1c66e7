package org.opensearch.affinity.profile.label;

import org.opensearch.ResourceNotFoundException;
import org.opensearch.action.ActionType;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.action.support.ContextPreservingActionListener;
import org.opensearch.action.support.HandledTransportAction;
import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.model.ModelIndex;
import org.opensearch.affinity.tracker.IndexNames;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.affinity.tracker.TrackerRequest;
import org.opensearch.affinity.tracker.Trackers;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.inject.Inject;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.tasks.Task;
import org.opensearch.transport.TransportService;
import org.opensearch.transport.client.Client;

import java.io.IOException;
import java.util.List;

/** Describes the concepts of a trained model. */
public final class GetConceptsAction extends ActionType<LabelledConcepts> {
    public static final String NAME = "cluster:admin/affinity/model/concepts";
    public static final GetConceptsAction INSTANCE = new GetConceptsAction();

    private GetConceptsAction() {
        super(NAME, LabelledConcepts::new);
    }

    public static final class Request extends TrackerRequest {
        private static final Format FORMAT = Format.first(Request.class);

        private final int number;

        /** @param number of the model */
        public Request(String tracker, int number) {
            super(tracker);
            this.number = number;
        }

        Request(StreamInput from) throws IOException {
            super(from);
            Frame in = FORMAT.read(from);
            number = in.readVInt();
        }

        @Override
        public void writeTo(StreamOutput to) throws IOException {
            super.writeTo(to);
            try (StreamOutput out = FORMAT.begin(to)) {
                out.writeVInt(number);
            }
        }
    }

    /** Runs on the node that receives the request. Fails with {@link ResourceNotFoundException} if there are no such concepts. */
    public static final class Transport extends HandledTransportAction<Request, LabelledConcepts> {
        private final Client client;
        private final ClusterService cluster;
        private final InterestLabels labels;

        @Inject
        public Transport(TransportService transport, ActionFilters filters, Client client, ClusterService cluster, InterestLabels labels) {
            super(NAME, transport, filters, Request::new);
            this.client = client;
            this.cluster = cluster;
            this.labels = labels;
        }

        @Override
        protected void doExecute(Task task, Request request, ActionListener<LabelledConcepts> listener) {
            ClusterState state = cluster.state();
            Tracker tracker = Trackers.of(state).named(request.tracker());
            String index = IndexNames.MODELS.index(tracker.name(), request.number);
            if (ModelIndex.about(index, state).isEmpty()) {
                throw new ResourceNotFoundException("[affinity] tracker [{}] has no model [{}]", tracker.name(), request.number);
            }
            ThreadContext context = client.threadPool().getThreadContext();
            ActionListener<LabelledConcepts> callers = ContextPreservingActionListener.wrapPreservingContext(listener, context);
            try (ThreadContext.StoredContext ignored = context.stashContext()) {
                LabelledConcepts.read(client, labels, tracker.items(), index, request.number, List.of(), ActionListener.wrap(concepts -> {
                    if (concepts.isEmpty()) {
                        throw new ResourceNotFoundException(
                            "[affinity] model [{}] of tracker [{}] was trained without the part [concepts]; train one with the parameter [parts]",
                            request.number,
                            tracker.name()
                        );
                    }
                    callers.onResponse(concepts);
                }, callers::onFailure));
            }
        }
    }
}
