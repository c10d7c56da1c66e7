package org.opensearch.affinity.manage;

import org.opensearch.action.ActionRequestValidationException;
import org.opensearch.action.ActionType;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.action.support.IndicesOptions;
import org.opensearch.action.support.clustermanager.AcknowledgedRequest;
import org.opensearch.action.support.clustermanager.AcknowledgedResponse;
import org.opensearch.affinity.cluster.MappedField;
import org.opensearch.affinity.item.ItemRowIndex;
import org.opensearch.affinity.profile.ProfileIndex;
import org.opensearch.affinity.tracker.ProfileGenerations;
import org.opensearch.affinity.tracker.TrackedItems;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.affinity.tracker.Trackers;
import org.opensearch.affinity.tracker.TransportChangeTrackers;
import org.opensearch.affinity.tracker.UserKeys;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.inject.Inject;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.index.Index;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.TransportService;
import org.opensearch.transport.client.Client;

import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;

/**
 * Defines a tracker or changes one. What is already folded stays; the items must not change, for profiles live in their space.
 * Further keys for pseudonyms begin a rebuild, at the end of which all users are stored under them.
 */
public final class PutTrackerAction extends ActionType<AcknowledgedResponse> {
    public static final String NAME = "cluster:admin/affinity/tracker/put";
    public static final PutTrackerAction INSTANCE = new PutTrackerAction();
    private static final Set<String> VECTOR_TYPES = Set.of("affinity_vector", "knn_vector");
    private static final Set<String> ID_TYPES = Set.of("keyword");
    private static final Set<String> TEXT_TYPES = Set.of("text", "match_only_text", "keyword");

    private PutTrackerAction() {
        super(NAME, AcknowledgedResponse::new);
    }

    public static final class Request extends AcknowledgedRequest<Request> {
        private final Tracker tracker;

        public Request(Tracker tracker) {
            this.tracker = tracker;
        }

        Request(StreamInput in) throws IOException {
            super(in);
            tracker = new Tracker(in);
        }

        @Override
        public void writeTo(StreamOutput out) throws IOException {
            super.writeTo(out);
            tracker.writeTo(out);
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
            profiles = new ProfileIndex(client);
            items = new ItemRowIndex(client);
        }

        @Override
        protected void clusterManagerOperation(Request request, ClusterState state, ActionListener<AcknowledgedResponse> listener) {
            checkItems(request.tracker, state);
            checkUnmoved(request.tracker, state);
            UserKeys.require(request.tracker.pseudonym(), state.nodes());
            // First the indices, so that a tracker never stands without the places its profiles and counts go to.
            ActionListener<Void> whenThere = ActionListener.wrap(created -> submit(request, current -> {
                checkUnmoved(request.tracker, current);
                return defined(request.tracker, current);
            }, listener), listener::onFailure);
            String name = request.tracker.name();
            int live = ProfileGenerations.of(state).of(name).live();
            profiles.create(
                name,
                live,
                true,
                ActionListener.wrap(created -> items.create(name, live, true, whenThere), listener::onFailure)
            );
        }

        /** In one state with the beginning of the rebuild: the profiles in use never count as stored under keys they lack. */
        private static ClusterState defined(Tracker tracker, ClusterState state) {
            Tracker before = Trackers.of(state).find(tracker.name());
            ClusterState defined = Trackers.of(state).with(state, tracker);
            boolean same = before == null || before.pseudonym().equals(tracker.pseudonym());
            return same ? defined : ProfileGenerations.of(defined).rotate(defined, before);
        }

        private static void checkUnmoved(Tracker tracker, ClusterState state) {
            Tracker before = Trackers.of(state).find(tracker.name());
            if (before == null) {
                return;
            }
            TrackedItems was = before.items();
            TrackedItems is = tracker.items();
            if (was.index().equals(is.index()) == false) {
                throw unmovable("items.index", was.index(), is.index());
            }
            if (was.vectorField().equals(is.vectorField()) == false) {
                throw unmovable("items.vector_field", was.vectorField(), is.vectorField());
            }
            if (tracker.pseudonym().startsWith(before.pseudonym()) == false) {
                // What is stored of those who were forgotten could not be carried over, and they would come back.
                throw new IllegalArgumentException(
                    "[users.pseudonym] of a tracker cannot change from " + before.pseudonym() + " to " + tracker.pseudonym()
                        + ": keep these keys in their order, and add further ones after them"
                );
            }
        }

        private static IllegalArgumentException unmovable(String field, String was, String is) {
            return new IllegalArgumentException(
                "[" + field + "] of a tracker cannot change from [" + was + "] to [" + is + "]: put a tracker of another name"
            );
        }

        private void checkItems(Tracker tracker, ClusterState state) {
            TrackedItems items = tracker.items();
            Index[] indices = indexNameExpressionResolver.concreteIndices(state, IndicesOptions.lenientExpandOpen(), items.index());
            if (indices.length == 0) {
                throw new IllegalArgumentException("[items.index] no such index [" + items.index() + "]: create it first");
            }
            for (Index index : indices) {
                IndexMetadata metadata = state.metadata().getIndexSafe(index);
                requireType("items.vector_field", items.vectorField(), VECTOR_TYPES, metadata);
                if (items.idField().equals("_id") == false) {
                    requireType("items.id_field", items.idField(), ID_TYPES, metadata);
                }
                for (String field : items.textFields()) {
                    requireType("items.text_fields", field, TEXT_TYPES, metadata);
                }
            }
        }

        private static void requireType(String parameter, String field, Set<String> wanted, IndexMetadata index) {
            String type = MappedField.of(field, index.mapping()).type();
            if (type == null || wanted.contains(type) == false) {
                throw new IllegalArgumentException(
                    "[" + parameter + "] [" + field + "] of index [" + index.getIndex().getName() + "] must be a field of type "
                        + new TreeSet<>(wanted) + ", got " + (type == null ? "no such field" : "[" + type + "]")
                );
            }
        }
    }
}
