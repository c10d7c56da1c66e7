package org.opensearch.affinity.profile;

import org.opensearch.action.ActionRequest;
import org.opensearch.action.ActionRequestValidationException;
import org.opensearch.action.ActionType;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.action.support.HandledTransportAction;
import org.opensearch.action.support.clustermanager.AcknowledgedResponse;
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
 * Says whether a user wants to be known. Who does not is forgotten and stays unknown; who does again starts from scratch. Saying
 * what is so already changes nothing.
 */
public final class OptOutAction extends ActionType<AcknowledgedResponse> {
    public static final String NAME = "cluster:admin/affinity/profile/opt_out";
    public static final OptOutAction INSTANCE = new OptOutAction();

    private OptOutAction() {
        super(NAME, AcknowledgedResponse::new);
    }

    public static final class Request extends ActionRequest {
        private final String tracker;
        private final String user;
        private final boolean out;

        /** @param out whether the user is to be unknown from now on */
        public Request(String tracker, String user, boolean out) {
            this.tracker = tracker;
            this.user = user;
            this.out = out;
        }

        public Request(StreamInput in) throws IOException {
            super(in);
            tracker = in.readString();
            user = in.readString();
            out = in.readBoolean();
        }

        @Override
        public void writeTo(StreamOutput to) throws IOException {
            super.writeTo(to);
            to.writeString(tracker);
            to.writeString(user);
            to.writeBoolean(out);
        }

        @Override
        public ActionRequestValidationException validate() {
            return null;
        }
    }

    /** Runs on the node that was asked. */
    public static final class Transport extends HandledTransportAction<Request, AcknowledgedResponse> {
        private final ClusterService cluster;
        private final Erasures absences;

        @Inject
        public Transport(TransportService transport, ActionFilters filters, ClusterService cluster, Client client, UserKeys keys) {
            super(NAME, transport, filters, Request::new);
            this.cluster = cluster;
            absences = new Erasures(cluster, client.threadPool(), new ProfileIndex(client), keys);
        }

        @Override
        protected void doExecute(Task task, Request request, ActionListener<AcknowledgedResponse> listener) {
            Tracker tracker = Trackers.of(cluster.state()).named(request.tracker);
            long now = System.currentTimeMillis();
            absences.change(
                tracker.name(),
                request.user,
                known -> known.absence().optedOut() == request.out ? known : known.emptied(now, request.out),
                ActionListener.map(listener, changed -> new AcknowledgedResponse(true))
            );
        }
    }
}
