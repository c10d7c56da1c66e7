package org.opensearch.affinity.track;

import org.opensearch.action.ActionRequest;
import org.opensearch.action.ActionRequestValidationException;
import org.opensearch.action.ActionType;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.action.support.HandledTransportAction;
import org.opensearch.action.support.ListenerTimeouts;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.inject.Inject;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.tasks.Task;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.TransportService;
import org.opensearch.transport.client.Client;

import java.io.IOException;

/**
 * Reads one user's profile, as of its last write. Its name is the permission that a caller needs to be personalised or to
 * look at a profile.
 */
public final class GetProfileAction extends ActionType<GetProfileAction.Response> {
    public static final String NAME = "cluster:admin/affinity/profile/get";
    public static final GetProfileAction INSTANCE = new GetProfileAction();

    private GetProfileAction() {
        super(NAME, Response::new);
    }

    /** Fails with a time-out exception when the profile does not come in time. */
    public static final class Request extends ActionRequest {
        private final String tracker;
        private final String user;
        private final TimeValue timeout;

        public Request(String tracker, String user, TimeValue timeout) {
            this.tracker = tracker;
            this.user = user;
            this.timeout = timeout;
        }

        Request(StreamInput in) throws IOException {
            super(in);
            tracker = in.readString();
            user = in.readString();
            timeout = in.readTimeValue();
        }

        @Override
        public void writeTo(StreamOutput out) throws IOException {
            super.writeTo(out);
            out.writeString(tracker);
            out.writeString(user);
            out.writeTimeValue(timeout);
        }

        @Override
        public ActionRequestValidationException validate() {
            return null;
        }
    }

    public static final class Response extends ActionResponse {
        private final Tracker tracker;
        private final Profile profile;
        private final float[] centre;

        Response(Tracker tracker, Profile profile, float[] centre) {
            this.tracker = tracker;
            this.profile = profile;
            this.centre = centre;
        }

        Response(StreamInput in) throws IOException {
            super(in);
            tracker = new Tracker(in);
            profile = in.readOptionalWriteable(Profile::new);
            centre = in.readFloatArray();
        }

        @Override
        public void writeTo(StreamOutput out) throws IOException {
            tracker.writeTo(out);
            out.writeOptionalWriteable(profile);
            out.writeFloatArray(centre);
        }

        public Tracker tracker() {
            return tracker;
        }

        /** Null when the user has none. */
        public Profile profile() {
            return profile;
        }

        /** What all users' likes have in common, see {@link Population}; shorter than 1, empty before the first event. */
        public float[] centre() {
            return centre;
        }
    }

    /** Runs on the node that was asked. */
    public static final class Transport extends HandledTransportAction<Request, Response> {
        private final ClusterService cluster;
        private final ThreadPool threadPool;
        private final IndexNameExpressionResolver resolver;
        private final ProfileIndex profiles;

        @Inject
        public Transport(
            TransportService transport,
            ActionFilters filters,
            ClusterService cluster,
            ThreadPool threadPool,
            IndexNameExpressionResolver resolver,
            Client client
        ) {
            super(NAME, transport, filters, Request::new);
            this.resolver = resolver;
            this.cluster = cluster;
            this.threadPool = threadPool;
            profiles = new ProfileIndex(client);
        }

        @Override
        protected void doExecute(Task task, Request request, ActionListener<Response> listener) {
            Tracker tracker = Trackers.of(cluster.state()).get(request.tracker);
            ActionListener<ProfileIndex.Found> timed = ListenerTimeouts.wrapWithTimeout(
                threadPool,
                ActionListener.map(listener, found -> new Response(tracker, found.profile(), found.centre())),
                request.timeout,
                ThreadPool.Names.GENERIC,
                NAME
            );
            profiles.get(request.tracker, request.user, SliceTasks.slices(tracker, cluster.state(), resolver), timed);
        }
    }
}
