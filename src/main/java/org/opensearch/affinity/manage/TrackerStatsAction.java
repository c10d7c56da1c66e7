package org.opensearch.affinity.manage;

import org.opensearch.action.ActionType;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.action.support.HandledTransportAction;
import org.opensearch.affinity.event.GlobalCheckpoints;
import org.opensearch.affinity.event.LogShard;
import org.opensearch.affinity.event.LogShards;
import org.opensearch.affinity.follow.FollowStatus;
import org.opensearch.affinity.follow.FollowStatuses;
import org.opensearch.affinity.follow.Progress;
import org.opensearch.affinity.follow.RebuildLag;
import org.opensearch.affinity.profile.ProfileIndex;
import org.opensearch.affinity.profile.VectorDimensions;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.affinity.tracker.TrackerRequest;
import org.opensearch.affinity.tracker.Trackers;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.inject.Inject;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.index.shard.ShardId;
import org.opensearch.tasks.Task;
import org.opensearch.transport.TransportService;
import org.opensearch.transport.client.Client;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Reads the statistics of a tracker: events applied and skipped, with reasons, its lag behind the log, and its size on disk. */
public final class TrackerStatsAction extends ActionType<TrackerStats> {
    public static final String NAME = "cluster:monitor/affinity/tracker/stats";
    public static final TrackerStatsAction INSTANCE = new TrackerStatsAction();

    private TrackerStatsAction() {
        super(NAME, TrackerStats::new);
    }

    public static final class Request extends TrackerRequest {
        public Request(String tracker) {
            super(tracker);
        }

        Request(StreamInput in) throws IOException {
            super(in);
        }
    }

    /** Runs on the node that receives the request. */
    public static final class Transport extends HandledTransportAction<Request, TrackerStats> {
        private final ClusterService cluster;
        private final IndexNameExpressionResolver resolver;
        private final Client client;
        private final UserCounts users;

        @Inject
        public Transport(
            TransportService transport,
            ActionFilters filters,
            ClusterService cluster,
            IndexNameExpressionResolver resolver,
            Client client
        ) {
            super(NAME, transport, filters, Request::new);
            this.cluster = cluster;
            this.resolver = resolver;
            this.client = client;
            users = new UserCounts(new ProfileIndex(client), client.threadPool());
        }

        @Override
        protected void doExecute(Task task, Request request, ActionListener<TrackerStats> listener) {
            ClusterState state = cluster.state();
            Tracker tracker = Trackers.of(state).named(request.tracker());
            List<LogShard> shards = LogShards.of(tracker, state, resolver);
            users.of(
                tracker.name(),
                state,
                ActionListener.wrap(count -> readProgress(tracker, shards, count, listener), listener::onFailure)
            );
        }

        private void readProgress(Tracker tracker, List<LogShard> shards, Long users, ActionListener<TrackerStats> listener) {
            // The checkpoints after the progress: a lag is rather too large than too small.
            new FollowStatuses(client).of(
                tracker.name(),
                shards,
                ActionListener.wrap(statuses -> new GlobalCheckpoints(client).of(shards, ActionListener.wrap(checkpoints -> {
                    List<TrackerStats.LogShardStats> stats = new ArrayList<>();
                    for (int i = 0; i < shards.size(); i++) {
                        ShardId shard = shards.get(i).shard();
                        FollowStatus status = statuses.get(i);
                        Progress progress = status.progress() == null ? Progress.START : status.progress();
                        stats.add(new TrackerStats.LogShardStats(shard, progress, checkpoints.getOrDefault(shard, -1L), status.failure()));
                    }
                    readSizes(tracker, users, stats, listener);
                }, listener::onFailure)), listener::onFailure)
            );
        }

        private void readSizes(Tracker tracker, Long users, List<TrackerStats.LogShardStats> stats, ActionListener<TrackerStats> listener) {
            VectorDimensions vectors = VectorDimensions.of(tracker, cluster.state(), resolver);
            StoredBytes.of(tracker.name(), client, ActionListener.wrap(bytes -> {
                ActionListener<RebuildLag> last = ActionListener.map(
                    listener,
                    rebuild -> new TrackerStats(tracker.name(), users, bytes, stats, rebuild, vectors)
                );
                RebuildLag.of(tracker, cluster.state(), resolver, client, last);
            }, listener::onFailure));
        }
    }
}
