package org.opensearch.affinity.profile;

import org.opensearch.action.ActionRequest;
import org.opensearch.action.ActionRequestValidationException;
import org.opensearch.action.ActionType;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.action.support.HandledTransportAction;
import org.opensearch.action.support.ListenerTimeouts;
import org.opensearch.affinity.event.LogShard;
import org.opensearch.affinity.event.LogShards;
import org.opensearch.affinity.item.ItemVectors;
import org.opensearch.affinity.tracker.ActiveModels;
import org.opensearch.affinity.tracker.IndexNames;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.affinity.tracker.Trackers;
import org.opensearch.affinity.tracker.UserKeys;
import org.opensearch.affinity.tracker.UserNames;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.IndexAbstraction;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.cluster.routing.ShardRouting;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.cache.Cache;
import org.opensearch.common.cache.CacheBuilder;
import org.opensearch.common.inject.Inject;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.index.Index;
import org.opensearch.tasks.Task;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.TransportService;
import org.opensearch.transport.client.Client;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads one user's profile, as of its last write. Its name is the permission to look at anybody's profile. */
public final class GetProfileAction extends ActionType<GetProfileAction.Response> {
    public static final String NAME = "cluster:admin/affinity/profile/get";
    public static final GetProfileAction INSTANCE = new GetProfileAction();

    private static final int MAX_COMMONS = 1_000;

    private GetProfileAction() {
        super(NAME, Response::new);
    }

    /** Fails with a time-out exception when the profile does not come in time. */
    public static final class Request extends ActionRequest {
        private final String tracker;
        private final String user;
        private final List<String> recent;
        private final TimeValue timeout;

        public Request(String tracker, String user, TimeValue timeout) {
            this(tracker, user, List.of(), timeout);
        }

        /**
         * For {@link UseProfileAction}, which knows how long a search may wait.
         *
         * @param user   null for somebody without an account
         * @param recent items of the present session that the profile is to include, oldest first
         */
        public Request(String tracker, String user, List<String> recent) {
            this(tracker, user, recent, TimeValue.ZERO);
        }

        private Request(String tracker, String user, List<String> recent, TimeValue timeout) {
            this.tracker = tracker;
            this.user = user;
            this.recent = recent;
            this.timeout = timeout;
        }

        String user() {
            return user;
        }

        /**
         * The same for a user, within a time.
         *
         * @throws IllegalArgumentException if that is nobody, and there are no recent items either
         */
        public Request of(String other, TimeValue within) {
            if (other == null && recent.isEmpty()) {
                throw new IllegalArgumentException("[affinity] [user] is required: name the user who searches, or give [recent] items");
            }
            return new Request(tracker, other, recent, within);
        }

        public Request(StreamInput in) throws IOException {
            super(in);
            tracker = in.readString();
            user = in.readOptionalString();
            recent = in.readStringList();
            timeout = in.readTimeValue();
        }

        @Override
        public void writeTo(StreamOutput out) throws IOException {
            super.writeTo(out);
            out.writeString(tracker);
            out.writeOptionalString(user);
            out.writeStringCollection(recent);
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
        private final CommonTaste common;
        private final String itemTable;
        private final ActiveModels.Active model;

        /**
         * @param profile   null when the user has none
         * @param itemTable index; null when there is none
         * @param model     null when there is none
         */
        public Response(Tracker tracker, Profile profile, CommonTaste common, String itemTable, ActiveModels.Active model) {
            this.tracker = tracker;
            this.profile = profile;
            this.common = common;
            this.itemTable = itemTable;
            this.model = model;
        }

        Response(StreamInput in) throws IOException {
            super(in);
            tracker = new Tracker(in);
            profile = in.readOptionalWriteable(Profile::new);
            common = new CommonTaste(in);
            itemTable = in.readOptionalString();
            model = in.readOptionalWriteable(ActiveModels.Active::new);
        }

        @Override
        public void writeTo(StreamOutput out) throws IOException {
            tracker.writeTo(out);
            out.writeOptionalWriteable(profile);
            common.writeTo(out);
            out.writeOptionalString(itemTable);
            out.writeOptionalWriteable(model);
        }

        public Tracker tracker() {
            return tracker;
        }

        /** Null when the user has none. */
        public Profile profile() {
            return profile;
        }

        /** What the profile is to be compared with. */
        public CommonTaste common() {
            return common;
        }

        /** The index of the tracker's item table; null when there is none. */
        public String itemTable() {
            return itemTable;
        }

        /** What was learned and is used; null where there is nothing. */
        public ActiveModels.Active model() {
            return model;
        }
    }

    /** Runs on the node that was asked. What all users have in common is read once a second at most, for it moves slowly. */
    public static final class Transport extends HandledTransportAction<Request, Response> {
        private final ClusterService cluster;
        private final ThreadPool threadPool;
        private final IndexNameExpressionResolver resolver;
        private final ProfileIndex profiles;
        private final ItemVectors items;
        private final UserKeys keys;
        private final ProfileCache cache;
        /** By the index of the profiles, which goes with its tracker: one that is defined anew begins without. */
        private final Cache<Index, CommonTaste> commons = CacheBuilder.<Index, CommonTaste>builder()
            .setMaximumWeight(MAX_COMMONS)
            .setExpireAfterWrite(TimeValue.timeValueSeconds(1))
            .build();

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
            this.resolver = resolver;
            this.keys = keys;
            this.cache = cache;
            this.cluster = cluster;
            this.threadPool = threadPool;
            profiles = new ProfileIndex(client);
            items = new ItemVectors(client);
        }

        @Override
        protected void doExecute(Task task, Request request, ActionListener<Response> listener) {
            // All of one state: at the end of a rebuild users may be stored by other names, in another index.
            ClusterState state = cluster.state();
            Tracker tracker = Trackers.of(state).get(request.tracker);
            UserNames names = UserNames.live(request.tracker, state, keys);
            Index index = behind(IndexNames.PROFILES.alias(request.tracker), state);
            Index items = behind(IndexNames.ITEM_ROWS.alias(request.tracker), state);
            String itemTable = items == null ? null : items.getName();
            ActiveModels.Active model = ActiveModels.of(state).of(request.tracker);
            CommonTaste known = index == null ? null : commons.get(index);
            List<LogShard> slices = known != null ? List.of() : LogShards.of(tracker, state, resolver);
            String user = request.user == null ? null : names.of(request.user);
            String id = user == null ? null : ProfileIndex.idOfUser(user);
            // One that is kept is shared, so it serves whoever changes nothing.
            boolean shared = id != null && request.recent.isEmpty() && tracker.retention().isEmpty() && hearsOfWrites(index, state);
            Profile kept = shared && known != null ? cache.get(index, id) : null;
            if (kept != null) {
                listener.onResponse(new Response(tracker, known(kept, tracker), known, itemTable, model));
                return;
            }
            int writes = id == null ? 0 : cache.writes(id);
            ActionListener<Response> timed = ListenerTimeouts.wrapWithTimeout(
                threadPool,
                listener,
                request.timeout,
                ThreadPool.Names.GENERIC,
                NAME
            );
            ActionListener<ProfileIndex.Found> answer = ActionListener.wrap(found -> {
                CommonTaste common = known != null ? known : found.common();
                if (known == null && index != null) {
                    commons.put(index, common);
                }
                Profile profile = known(found.profile(), tracker);
                boolean optedOut = found.profile() != null && found.profile().absence().optedOut();
                addRecent(optedOut ? List.of() : request.recent, user, new Response(tracker, profile, common, itemTable, model), timed);
            }, timed::onFailure);
            if (shared) {
                profiles.getHere(names.generationName(), user, slices, ActionListener.wrap(found -> {
                    if (found.profile() != null) {
                        cache.put(index, id, found.profile(), writes);
                    }
                    answer.onResponse(found);
                }, e -> profiles.get(names.generationName(), user, slices, answer)));
            } else {
                profiles.get(names.generationName(), user, slices, answer);
            }
        }

        /** What of a stored profile is to be used; null for nothing. */
        private static Profile known(Profile stored, Tracker tracker) {
            long since = tracker.retention().map(kept -> System.currentTimeMillis() - kept.millis()).orElse(Long.MIN_VALUE);
            if (stored == null || stored.events() == 0 || stored.lastEvent() < since) {
                return null;
            }
            if (tracker.retention().isPresent()) {
                stored.forgetHistory(since);
            }
            return stored;
        }

        /** Null where there is no such alias. */
        private static Index behind(String name, ClusterState state) {
            IndexAbstraction alias = state.metadata().getIndicesLookup().get(name);
            return alias == null || alias.getWriteIndex() == null ? null : alias.getWriteIndex().getIndex();
        }

        /**
         * Whether this node has a copy of the profiles that hears of writes before they are acknowledged, and can be read. Where
         * segments are replicated, replicas show a write later than they hear of it, or hear of none.
         */
        private static boolean hearsOfWrites(Index index, ClusterState state) {
            if (index == null || state.routingTable().hasIndex(index) == false) {
                return false;
            }
            String node = state.nodes().getLocalNodeId();
            boolean primaryOnly = state.metadata().isSegmentReplicationEnabled(index.getName());
            List<ShardRouting> copies = state.routingTable().index(index).shard(0).activeShards();
            return copies.stream().anyMatch(copy -> copy.currentNodeId().equals(node) && (copy.primary() || primaryOnly == false));
        }

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
                profile.takeRecent(inOrder, tracker, System.currentTimeMillis());
                return new Response(tracker, profile, found.common, found.itemTable, found.model);
            }));
        }
    }
}
