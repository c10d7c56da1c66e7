package org.opensearch.affinity.manage;

import org.opensearch.action.ActionRequestValidationException;
import org.opensearch.action.ActionType;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.action.support.clustermanager.AcknowledgedRequest;
import org.opensearch.action.support.clustermanager.AcknowledgedResponse;
import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.item.ItemRowIndex;
import org.opensearch.affinity.profile.ProfileIndex;
import org.opensearch.affinity.profile.VectorDimensions;
import org.opensearch.affinity.tracker.ProfileGenerations;
import org.opensearch.affinity.tracker.TrackedItems;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.affinity.tracker.Trackers;
import org.opensearch.affinity.tracker.TransportChangeTrackers;
import org.opensearch.affinity.tracker.UserKeys;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.inject.Inject;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.TransportService;
import org.opensearch.transport.client.Client;

import java.io.IOException;

/**
 * Defines a tracker or replaces its definition. Profiles that exist stay as they are and fold further events by the new definition. The
 * item index and its vector field cannot change, because profiles consist of vectors of these items. Further keys for pseudonyms begin a
 * rebuild, which stores all users under them.
 */
public final class PutTrackerAction extends ActionType<AcknowledgedResponse> {
    public static final String NAME = "cluster:admin/affinity/tracker/put";
    public static final PutTrackerAction INSTANCE = new PutTrackerAction();

    private PutTrackerAction() {
        super(NAME, AcknowledgedResponse::new);
    }

    public static final class Request extends AcknowledgedRequest<Request> {
        private static final Format FORMAT = Format.first(Request.class);

        private final Tracker tracker;

        public Request(Tracker tracker) {
            this.tracker = tracker;
        }

        Request(StreamInput from) throws IOException {
            super(from);
            Frame in = FORMAT.read(from);
            tracker = new Tracker(in);
        }

        @Override
        public void writeTo(StreamOutput to) throws IOException {
            super.writeTo(to);
            try (StreamOutput out = FORMAT.begin(to)) {
                tracker.writeTo(out);
            }
        }

        @Override
        public ActionRequestValidationException validate() {
            return null;
        }
    }

    /** Runs on the elected cluster manager. */
    public static final class Transport extends TransportChangeTrackers<Request> {
        private final ProfileIndex profiles;
        private final ItemRowIndex items;
        private final Client client;

        @Inject
        public Transport(
            TransportService transportService,
            ClusterService clusterService,
            ThreadPool threadPool,
            ActionFilters filters,
            IndexNameExpressionResolver resolver,
            Client client
        ) {
            super(NAME, transportService, clusterService, threadPool, filters, Request::new, resolver);
            this.client = client;
            profiles = new ProfileIndex(client);
            items = new ItemRowIndex(client);
        }

        @Override
        protected void clusterManagerOperation(Request request, ClusterState state, ActionListener<AcknowledgedResponse> listener) {
            new TrackedFields(request.tracker, state, indexNameExpressionResolver).check();
            checkUnchangeable(request.tracker, state);
            UserKeys.require(request.tracker.pseudonym(), state.nodes());
            ActionListener<Void> whenAllowed = ActionListener.wrap(allowed -> create(request, state, listener), listener::onFailure);
            CallersRights.check(request.tracker, client, whenAllowed);
        }

        private void create(Request request, ClusterState state, ActionListener<AcknowledgedResponse> listener) {
            // The indices come first: a defined tracker always has indices for its profiles and item rows.
            ActionListener<Void> whenCreated = ActionListener.wrap(created -> submit(request, current -> {
                checkUnchangeable(request.tracker, current);
                return define(request.tracker, current);
            }, listener), listener::onFailure);
            String name = request.tracker.name();
            int live = ProfileGenerations.of(state).of(name).live();
            profiles.create(
                name,
                live,
                true,
                VectorDimensions.ofItems(request.tracker, state, indexNameExpressionResolver),
                ActionListener.wrap(created -> items.create(name, live, true, whenCreated), listener::onFailure)
            );
        }

        /**
         * A cluster state with the definition. If it has further keys, their rebuild begins in the same state, so that the live generation
         * never counts as stored under keys that it was not made with.
         */
        private static ClusterState define(Tracker tracker, ClusterState state) {
            Tracker before = Trackers.of(state).find(tracker.name());
            ClusterState defined = Trackers.of(state).with(state, tracker);
            boolean same = before == null || before.pseudonym().equals(tracker.pseudonym());
            return same ? defined : ProfileGenerations.of(defined).rotate(defined, before);
        }

        /** @throws IllegalArgumentException if the definition differs from the stored one in what cannot change */
        private static void checkUnchangeable(Tracker tracker, ClusterState state) {
            Trackers.of(state).requireReadable(tracker.name());
            Tracker before = Trackers.of(state).find(tracker.name());
            if (before == null) {
                return;
            }
            TrackedItems was = before.items();
            TrackedItems is = tracker.items();
            if (was.index().equals(is.index()) == false) {
                throw unchangeable("items.index", was.index(), is.index());
            }
            if (was.vectorField().equals(is.vectorField()) == false) {
                throw unchangeable("items.vector_field", was.vectorField(), is.vectorField());
            }
            if (tracker.pseudonym().startsWith(before.pseudonym()) == false) {
                // Otherwise the pseudonyms of forgotten users could not be carried over, and a rebuild would restore their profiles.
                throw new IllegalArgumentException(
                    "[users.pseudonym] of a tracker cannot change from " + before.pseudonym() + " to " + tracker.pseudonym()
                        + ": keep these keys in their order, and add further ones after them"
                );
            }
        }

        private static IllegalArgumentException unchangeable(String field, String was, String is) {
            return new IllegalArgumentException(
                "[" + field + "] of a tracker cannot change from [" + was + "] to [" + is + "]: put a tracker of another name"
            );
        }
    }
}
