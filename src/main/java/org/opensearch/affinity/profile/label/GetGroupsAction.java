package org.opensearch.affinity.profile.label;

import org.opensearch.ResourceNotFoundException;
import org.opensearch.action.ActionType;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.action.support.ContextPreservingActionListener;
import org.opensearch.action.support.HandledTransportAction;
import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.model.ModelGroup;
import org.opensearch.affinity.model.ModelIndex;
import org.opensearch.affinity.tracker.ActiveModels;
import org.opensearch.affinity.tracker.IndexNames;
import org.opensearch.affinity.tracker.Signal;
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
import java.util.Map;
import java.util.function.Predicate;

/** Describes the concepts or the segments of a trained model. */
public final class GetGroupsAction extends ActionType<LabelledGroups> {
    public static final String NAME = "cluster:admin/affinity/model/concepts";
    public static final GetGroupsAction INSTANCE = new GetGroupsAction();

    private GetGroupsAction() {
        super(NAME, LabelledGroups::new);
    }

    public static final class Request extends TrackerRequest {
        /** Format 2 has the part and the level; before, the part was that of concepts. */
        private static final Format FORMAT = Format.first(Request.class).withField(2);
        private static final int ACTIVE = 0;

        private final int number;
        private final String part;
        private final Integer level;

        /**
         * @param number of the model; null for the active one
         * @param part   {@link Signal#CONCEPTS} or {@link Signal#SEGMENTS}
         * @param level  of segments; null for all
         */
        public Request(String tracker, Integer number, String part, Integer level) {
            super(tracker);
            this.number = number == null ? ACTIVE : number;
            this.part = part;
            this.level = level;
        }

        Request(StreamInput from) throws IOException {
            super(from);
            Frame in = FORMAT.read(from);
            number = in.readVInt();
            part = in.format() < 2 ? Signal.CONCEPTS : in.readString();
            level = in.format() < 2 ? null : in.readOptionalVInt();
        }

        @Override
        public void writeTo(StreamOutput to) throws IOException {
            super.writeTo(to);
            try (StreamOutput out = FORMAT.begin(to)) {
                out.writeVInt(number);
                out.writeString(part);
                out.writeOptionalVInt(level);
            }
        }
    }

    /** Runs on the node that receives the request. Fails with {@link ResourceNotFoundException} if there are no such groups. */
    public static final class Transport extends HandledTransportAction<Request, LabelledGroups> {
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
        protected void doExecute(Task task, Request request, ActionListener<LabelledGroups> listener) {
            ClusterState state = cluster.state();
            Tracker tracker = Trackers.of(state).named(request.tracker());
            ActiveModels.Active active = ActiveModels.of(state).of(tracker.name());
            if (request.number == Request.ACTIVE && active == null) {
                throw new ResourceNotFoundException("[affinity] tracker [{}] has no active model", tracker.name());
            }
            int number = request.number == Request.ACTIVE ? active.number() : request.number;
            String index = IndexNames.MODELS.index(tracker.name(), number);
            Map<String, Object> about = ModelIndex.about(index, state);
            if (about.isEmpty()) {
                throw new ResourceNotFoundException("[affinity] tracker [{}] has no model [{}]", tracker.name(), number);
            }
            if ((about.get("parts") instanceof Map<?, ?> parts && parts.containsKey(request.part)) == false) {
                throw new ResourceNotFoundException(
                    "[affinity] model [{}] of tracker [{}] was trained without the part [{}]; train one with the parameter [parts]",
                    number,
                    tracker.name(),
                    request.part
                );
            }
            ThreadContext context = client.threadPool().getThreadContext();
            ActionListener<LabelledGroups> callers = ContextPreservingActionListener.wrapPreservingContext(listener, context);
            try (ThreadContext.StoredContext ignored = context.stashContext()) {
                LabelledGroups.Source source = new LabelledGroups.Source(index, number, request.part);
                Predicate<ModelGroup> wanted = request.level == null ? LabelledGroups.ALL : group -> group.level() == request.level;
                LabelledGroups.read(client, labels, tracker.items(), source, List.of(), wanted, callers);
            }
        }
    }
}
