package org.opensearch.affinity.profile;

import org.opensearch.action.ActionRequest;
import org.opensearch.action.ActionRequestValidationException;
import org.opensearch.action.ActionType;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.action.support.HandledTransportAction;
import org.opensearch.action.support.clustermanager.AcknowledgedResponse;
import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.affinity.tracker.Trackers;
import org.opensearch.affinity.tracker.UserKeys;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.inject.Inject;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.tasks.Task;
import org.opensearch.transport.TransportService;
import org.opensearch.transport.client.Client;

import java.io.IOException;

/**
 * Opts a user out of profiles, or in again. Opting out erases the profile and skips all later events; opting in starts an empty
 * profile. A request that changes nothing succeeds.
 */
public final class OptOutAction extends ActionType<AcknowledgedResponse> {
    public static final String NAME = "cluster:admin/affinity/profile/opt_out";
    public static final OptOutAction INSTANCE = new OptOutAction();

    private OptOutAction() {
        super(NAME, AcknowledgedResponse::new);
    }

    public static final class Request extends ActionRequest {
        private static final Format FORMAT = Format.first(Request.class);

        private final String tracker;
        private final String user;
        private final boolean optOut;

        /** @param optOut true to opt out, false to opt in */
        public Request(String tracker, String user, boolean optOut) {
            this.tracker = tracker;
            this.user = user;
            this.optOut = optOut;
        }

        Request(StreamInput from) throws IOException {
            super(from);
            Frame in = FORMAT.read(from);
            tracker = in.readString();
            user = in.readString();
            optOut = in.readBoolean();
        }

        @Override
        public void writeTo(StreamOutput to) throws IOException {
            super.writeTo(to);
            try (StreamOutput out = FORMAT.begin(to)) {
                out.writeString(tracker);
                out.writeString(user);
                out.writeBoolean(optOut);
            }
        }

        @Override
        public ActionRequestValidationException validate() {
            return null;
        }
    }

    /** Executes requests on the node that receives them. */
    public static final class Transport extends HandledTransportAction<Request, AcknowledgedResponse> {
        private final ClusterService cluster;
        private final Erasures erasures;

        @Inject
        public Transport(TransportService transport, ActionFilters filters, ClusterService cluster, Client client, UserKeys keys) {
            super(NAME, transport, filters, Request::new);
            this.cluster = cluster;
            erasures = new Erasures(cluster, client.threadPool(), new ProfileIndex(client), keys);
        }

        @Override
        protected void doExecute(Task task, Request request, ActionListener<AcknowledgedResponse> listener) {
            Tracker tracker = Trackers.of(cluster.state()).named(request.tracker);
            long now = System.currentTimeMillis();
            erasures.change(
                tracker.name(),
                request.user,
                profile -> profile.erasure().optedOut() == request.optOut ? profile : profile.erased(now, request.optOut),
                ActionListener.map(listener, changed -> new AcknowledgedResponse(true))
            );
        }
    }
}
