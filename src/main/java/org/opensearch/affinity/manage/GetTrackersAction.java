package org.opensearch.affinity.manage;

import org.opensearch.action.ActionRequest;
import org.opensearch.action.ActionRequestValidationException;
import org.opensearch.action.ActionType;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.action.support.HandledTransportAction;
import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.affinity.tracker.Trackers;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.inject.Inject;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.xcontent.ToXContentObject;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.tasks.Task;
import org.opensearch.transport.TransportService;

import java.io.IOException;
import java.util.List;

/** Reads the definition of one tracker, or of all. */
public final class GetTrackersAction extends ActionType<GetTrackersAction.Response> {
    public static final String NAME = "cluster:monitor/affinity/tracker/get";
    public static final GetTrackersAction INSTANCE = new GetTrackersAction();

    private GetTrackersAction() {
        super(NAME, Response::new);
    }

    public static final class Request extends ActionRequest {
        private static final Format FORMAT = Format.first(Request.class);

        private final String tracker;

        /** @param tracker the name of one; null for all */
        public Request(String tracker) {
            this.tracker = tracker;
        }

        Request(StreamInput from) throws IOException {
            super(from);
            Frame in = FORMAT.read(from);
            tracker = in.readOptionalString();
        }

        @Override
        public void writeTo(StreamOutput to) throws IOException {
            super.writeTo(to);
            try (StreamOutput out = FORMAT.begin(to)) {
                out.writeOptionalString(tracker);
            }
        }

        @Override
        public ActionRequestValidationException validate() {
            return null;
        }
    }

    /** Definitions, in the order of their names. */
    public static final class Response extends ActionResponse implements ToXContentObject {
        private static final Format FORMAT = Format.first(Response.class);

        private final List<Tracker> trackers;

        Response(List<Tracker> trackers) {
            this.trackers = trackers;
        }

        Response(StreamInput from) throws IOException {
            super(from);
            Frame in = FORMAT.read(from);
            trackers = in.readList(Tracker::new);
        }

        @Override
        public void writeTo(StreamOutput to) throws IOException {
            try (StreamOutput out = FORMAT.begin(to)) {
                out.writeList(trackers);
            }
        }

        @Override
        public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
            builder.startObject();
            for (Tracker tracker : trackers) {
                builder.field(tracker.name());
                tracker.toXContent(builder, params);
            }
            return builder.endObject();
        }
    }

    /** Runs on the node that receives the request, and reads its cluster state. */
    public static final class Transport extends HandledTransportAction<Request, Response> {
        private final ClusterService cluster;

        @Inject
        public Transport(TransportService transport, ActionFilters filters, ClusterService cluster) {
            super(NAME, transport, filters, Request::new);
            this.cluster = cluster;
        }

        @Override
        protected void doExecute(Task task, Request request, ActionListener<Response> listener) {
            Trackers trackers = Trackers.of(cluster.state());
            List<Tracker> found = request.tracker == null ? List.copyOf(trackers.all()) : List.of(trackers.named(request.tracker));
            listener.onResponse(new Response(found));
        }
    }
}
