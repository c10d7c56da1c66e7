package org.opensearch.affinity.profile;

import org.opensearch.action.ActionRequest;
import org.opensearch.action.ActionRequestValidationException;
import org.opensearch.action.ActionType;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.action.support.HandledTransportAction;
import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.event.UserEvents;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.affinity.tracker.Trackers;
import org.opensearch.affinity.tracker.UserKeys;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
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
import org.opensearch.transport.client.Client;

import java.io.IOException;
import java.time.Instant;

/**
 * Forgets a user: erases the profile up to now, so that only the time of the erasure is left. On request also deletes the user's
 * events from the log, with the caller's permissions.
 */
public final class ForgetUserAction extends ActionType<ForgetUserAction.Response> {
    public static final String NAME = "cluster:admin/affinity/profile/forget";
    public static final ForgetUserAction INSTANCE = new ForgetUserAction();

    private ForgetUserAction() {
        super(NAME, Response::new);
    }

    public static final class Request extends ActionRequest {
        private static final Format FORMAT = Format.first(Request.class);

        private final String tracker;
        private final String user;
        private final boolean events;

        /** @param events whether the user's events in the tracker's log are deleted as well */
        public Request(String tracker, String user, boolean events) {
            this.tracker = tracker;
            this.user = user;
            this.events = events;
        }

        Request(StreamInput from) throws IOException {
            super(from);
            Frame in = FORMAT.read(from);
            tracker = in.readString();
            user = in.readString();
            events = in.readBoolean();
        }

        @Override
        public void writeTo(StreamOutput to) throws IOException {
            super.writeTo(to);
            try (StreamOutput out = FORMAT.begin(to)) {
                out.writeString(tracker);
                out.writeString(user);
                out.writeBoolean(events);
            }
        }

        @Override
        public ActionRequestValidationException validate() {
            return null;
        }
    }

    /** The time up to which events are forgotten, and the result of deleting events. */
    public static final class Response extends ActionResponse implements ToXContentObject {
        private static final Format FORMAT = Format.first(Response.class);

        private final String tracker;
        private final long forgottenAt;
        private final UserEvents.Deleted events;

        /**
         * @param forgottenAt epoch milliseconds
         * @param events      null if they were not to be deleted
         */
        Response(String tracker, long forgottenAt, UserEvents.Deleted events) {
            this.tracker = tracker;
            this.forgottenAt = forgottenAt;
            this.events = events;
        }

        Response(StreamInput from) throws IOException {
            super(from);
            Frame in = FORMAT.read(from);
            tracker = in.readString();
            forgottenAt = in.readVLong();
            events = in.readOptionalWriteable(UserEvents.Deleted::new);
        }

        @Override
        public void writeTo(StreamOutput to) throws IOException {
            try (StreamOutput out = FORMAT.begin(to)) {
                out.writeString(tracker);
                out.writeVLong(forgottenAt);
                out.writeOptionalWriteable(events);
            }
        }

        @Override
        public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
            builder.startObject().field("tracker", tracker).field("forgotten_at", Instant.ofEpochMilli(forgottenAt).toString());
            if (events != null) {
                builder.startObject("events").field("found", events.found()).field("deleted", events.deleted());
                builder.field("conflicts", events.conflicts()).field("failures", events.failures()).endObject();
            }
            return builder.endObject();
        }
    }

    /** Executes requests on the node that receives them. */
    public static final class Transport extends HandledTransportAction<Request, Response> {
        private final ClusterService cluster;
        private final IndexNameExpressionResolver resolver;
        private final Client client;
        private final Erasures erasures;

        @Inject
        public Transport(
            TransportService transport,
            ActionFilters filters,
            ClusterService cluster,
            IndexNameExpressionResolver resolver,
            Client client,
            UserKeys keys
        ) {
            super(NAME, transport, filters, Request::new);
            this.cluster = cluster;
            this.resolver = resolver;
            this.client = client;
            erasures = new Erasures(cluster, client.threadPool(), new ProfileIndex(client), keys);
        }

        @Override
        protected void doExecute(Task task, Request request, ActionListener<Response> listener) {
            ClusterState state = cluster.state();
            Tracker tracker = Trackers.of(state).named(request.tracker);
            // Fails before the profile is erased if the events cannot be found, so that a request is not half executed.
            UserEvents events = request.events ? new UserEvents(tracker, request.user, state, resolver) : null;
            long now = System.currentTimeMillis();
            erasures.change(
                tracker.name(),
                request.user,
                profile -> profile.erased(now, profile.erasure().optedOut()),
                ActionListener.wrap(erased -> deleteEvents(tracker, erased, events, listener), listener::onFailure)
            );
        }

        private void deleteEvents(Tracker tracker, Profile erased, UserEvents events, ActionListener<Response> listener) {
            long forgottenAt = erased.erasure().forgottenAt();
            if (events == null) {
                listener.onResponse(new Response(tracker.name(), forgottenAt, null));
            } else {
                events.delete(client, ActionListener.map(listener, deleted -> new Response(tracker.name(), forgottenAt, deleted)));
            }
        }
    }
}
