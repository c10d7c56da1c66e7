package org.opensearch.affinity.profile;

import org.opensearch.action.ActionRequest;
import org.opensearch.action.ActionRequestValidationException;
import org.opensearch.action.ActionType;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.action.support.HandledTransportAction;
import org.opensearch.action.support.ListenerTimeouts;
import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.item.ItemVectors;
import org.opensearch.affinity.tracker.ActiveModels;
import org.opensearch.affinity.tracker.IndexNames;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.affinity.tracker.Trackers;
import org.opensearch.affinity.tracker.UserKeys;
import org.opensearch.affinity.tracker.UserNames;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.IndexAbstraction;
import org.opensearch.cluster.metadata.IndexMetadata;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads one user's profile as of its last write, with what ranking needs beside it. The action's name is the permission to read any
 * user's profile.
 */
public final class GetProfileAction extends ActionType<GetProfileAction.Response> {
    public static final String NAME = "cluster:admin/affinity/profile/get";
    public static final GetProfileAction INSTANCE = new GetProfileAction();

    private GetProfileAction() {
        super(NAME, Response::new);
    }

    /** Asks for a profile. The action fails with a time-out exception if the profile is not read in time. */
    public static final class Request extends ActionRequest {
        private static final Format FORMAT = Format.first(Request.class);

        private final String tracker;
        private final String user;
        private final List<String> recent;
        private final TimeValue timeout;
        private final boolean explains;

        /** Asks for the profile of a user, who is not null. */
        public Request(String tracker, String user, TimeValue timeout) {
            this(tracker, user, List.of(), timeout, false);
        }

        /**
         * Asks {@link UseProfileAction} for a profile; that action sets the user and the time-out.
         *
         * @param user   null for an anonymous user
         * @param recent items of the present session to add to the profile, oldest first; may be empty
         */
        public Request(String tracker, String user, List<String> recent) {
            this(tracker, user, recent, TimeValue.ZERO, false);
        }

        private Request(String tracker, String user, List<String> recent, TimeValue timeout, boolean explains) {
            this.tracker = tracker;
            this.user = user;
            this.recent = recent;
            this.timeout = timeout;
            this.explains = explains;
        }

        /** The same request of a search that shows what is in the profile, see {@link Response#isExplained}. */
        public Request explaining() {
            return new Request(tracker, user, recent, timeout, true);
        }

        boolean explains() {
            return explains;
        }

        String user() {
            return user;
        }

        /**
         * Returns the request for another user, with another time-out.
         *
         * @param other null for an anonymous user, who has no profile unless there are recent items
         */
        public Request forUser(String other, TimeValue within) {
            return new Request(tracker, other, recent, within, explains);
        }

        Request(StreamInput from) throws IOException {
            super(from);
            Frame in = FORMAT.read(from);
            tracker = in.readString();
            user = in.readOptionalString();
            recent = in.readStringList();
            timeout = in.readTimeValue();
            explains = in.readBoolean();
        }

        @Override
        public void writeTo(StreamOutput to) throws IOException {
            super.writeTo(to);
            try (StreamOutput out = FORMAT.begin(to)) {
                out.writeString(tracker);
                out.writeOptionalString(user);
                out.writeStringCollection(recent);
                out.writeTimeValue(timeout);
                out.writeBoolean(explains);
            }
        }

        @Override
        public ActionRequestValidationException validate() {
            return null;
        }
    }

    /** The profile, and what ranking needs beside it. All parts are of one cluster state. */
    public static final class Response extends ActionResponse {
        private static final Format FORMAT = Format.first(Response.class);

        private final Tracker tracker;
        private final Profile profile;
        private final CommonTaste common;
        private final String itemTable;
        private final ActiveModels.Active model;
        private final boolean explained;

        /**
         * @param profile   null if the user has none; may be shared, so it must not be changed
         * @param itemTable the index of item rows; null if there is none
         * @param model     the active model; null if there is none
         */
        public Response(Tracker tracker, Profile profile, CommonTaste common, String itemTable, ActiveModels.Active model) {
            this(tracker, profile, common, itemTable, model, false);
        }

        private Response(
            Tracker tracker,
            Profile profile,
            CommonTaste common,
            String itemTable,
            ActiveModels.Active model,
            boolean explained
        ) {
            this.tracker = tracker;
            this.profile = profile;
            this.common = common;
            this.itemTable = itemTable;
            this.model = model;
            this.explained = explained;
        }

        /** The same, and the search may show what is in the profile. */
        Response explained() {
            return new Response(tracker, profile, common, itemTable, model, true);
        }

        Response(StreamInput from) throws IOException {
            super(from);
            Frame in = FORMAT.read(from);
            tracker = new Tracker(in);
            profile = in.readOptionalWriteable(Profile::new);
            common = new CommonTaste(in);
            itemTable = in.readOptionalString();
            model = in.readOptionalWriteable(ActiveModels.Active::new);
            explained = in.readBoolean();
        }

        @Override
        public void writeTo(StreamOutput to) throws IOException {
            try (StreamOutput out = FORMAT.begin(to)) {
                tracker.writeTo(out);
                out.writeOptionalWriteable(profile);
                common.writeTo(out);
                out.writeOptionalString(itemTable);
                out.writeOptionalWriteable(model);
                out.writeBoolean(explained);
            }
        }

        public Tracker tracker() {
            return tracker;
        }

        /** The profile; null if the user has none. It may be shared by other searches and must not be changed. */
        public Profile profile() {
            return profile;
        }

        /** What all users have in common, which ranking compares the profile with. */
        public CommonTaste common() {
            return common;
        }

        /** The index of the tracker's item rows; null if there is none. */
        public String itemTable() {
            return itemTable;
        }

        /** Whether the search asked to show what is in the profile and may do so. */
        public boolean isExplained() {
            return explained;
        }

        /** The tracker's active model; null if there is none. */
        public ActiveModels.Active model() {
            return model;
        }
    }

    /** Executes requests on the node that receives them. */
    public static final class Transport extends HandledTransportAction<Request, Response> {
        private final ClusterService cluster;
        private final ThreadPool threadPool;
        private final ProfileReader reader;
        private final ItemVectors items;
        private final UserKeys keys;

        @Inject
        public Transport(
            TransportService transport,
            ActionFilters filters,
            ClusterService cluster,
            ThreadPool threadPool,
            IndexNameExpressionResolver resolver,
            Client client,
            UserKeys keys,
            ProfileCache cache
        ) {
            super(NAME, transport, filters, Request::new);
            this.keys = keys;
            this.cluster = cluster;
            this.threadPool = threadPool;
            reader = new ProfileReader(new ProfileIndex(client), cache, resolver);
            items = new ItemVectors(client);
        }

        @Override
        protected void doExecute(Task task, Request request, ActionListener<Response> listener) {
            // Everything is of one state: at the end of a rebuild, users may have other stored names in another index.
            ClusterState state = cluster.state();
            Tracker tracker = Trackers.of(state).get(request.tracker);
            UserNames names = UserNames.live(request.tracker, state, keys);
            String user = request.user == null ? null : names.of(request.user);
            boolean changesProfile = request.recent.isEmpty() == false || tracker.retention().isPresent();
            ProfileReader.Query query = new ProfileReader.Query(state, tracker, names.generationName(), user, changesProfile);
            ProfileIndex.Found cached = reader.cached(query);
            if (cached != null) {
                listener.onResponse(response(state, tracker, cached));
                return;
            }
            ActionListener<Response> timed = ListenerTimeouts.wrapWithTimeout(
                threadPool,
                listener,
                request.timeout,
                ThreadPool.Names.GENERIC,
                NAME
            );
            reader.read(query, ActionListener.wrap(found -> {
                boolean optedOut = found.profile() != null && found.profile().erasure().optedOut();
                addRecent(optedOut ? List.of() : request.recent, user, response(state, tracker, found), timed);
            }, timed::onFailure));
        }

        private static Response response(ClusterState state, Tracker tracker, ProfileIndex.Found found) {
            IndexAbstraction itemRows = state.metadata().getIndicesLookup().get(IndexNames.ITEM_ROWS.alias(tracker.name()));
            IndexMetadata itemTable = itemRows == null ? null : itemRows.getWriteIndex();
            return new Response(
                tracker,
                usable(found.profile(), tracker),
                found.common(),
                itemTable == null ? null : itemTable.getIndex().getName(),
                ActiveModels.of(state).of(tracker.name())
            );
        }

        /**
         * Returns what searches may use of a stored profile: nothing, if it is erased or older than the tracker's retention; the
         * profile without history before that otherwise.
         *
         * @param stored null for none; not shared if the tracker has a retention
         * @return null for nothing
         */
        private static Profile usable(Profile stored, Tracker tracker) {
            long oldest = tracker.retention().map(retention -> System.currentTimeMillis() - retention.millis()).orElse(Long.MIN_VALUE);
            if (stored == null || stored.events() == 0 || stored.lastEvent() < oldest) {
                return null;
            }
            if (tracker.retention().isPresent()) {
                stored.dropHistoryBefore(oldest);
            }
            return stored;
        }

        /** Adds recent items to the profile, which is not shared if there are any, or to an empty one. */
        private void addRecent(List<String> recent, String user, Response found, ActionListener<Response> listener) {
            if (recent.isEmpty()) {
                listener.onResponse(found);
                return;
            }
            Tracker tracker = found.tracker;
            items.find(tracker.items(), recent, ActionListener.map(listener, vectors -> {
                Map<String, float[]> inOrder = new LinkedHashMap<>();
                recent.stream().filter(vectors::containsKey).forEach(item -> inOrder.put(item, vectors.get(item)));
                Profile profile = found.profile != null ? found.profile : new Profile(user == null ? "" : user);
                profile.addRecentItems(inOrder, tracker, System.currentTimeMillis());
                return new Response(tracker, profile, found.common, found.itemTable, found.model);
            }));
        }
    }
}
