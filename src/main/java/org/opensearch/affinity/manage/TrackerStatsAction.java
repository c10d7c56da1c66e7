package org.opensearch.affinity.manage;

import org.opensearch.action.ActionRequest;
import org.opensearch.action.ActionRequestValidationException;
import org.opensearch.action.ActionType;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.action.support.HandledTransportAction;
import org.opensearch.affinity.event.GlobalCheckpoints;
import org.opensearch.affinity.event.LogShard;
import org.opensearch.affinity.event.LogShards;
import org.opensearch.affinity.follow.Lag;
import org.opensearch.affinity.follow.ProgressIndex;
import org.opensearch.affinity.profile.ProfileIndex;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.affinity.tracker.Trackers;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.inject.Inject;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.index.shard.ShardId;
import org.opensearch.tasks.Task;
import org.opensearch.transport.TransportService;
import org.opensearch.transport.client.Client;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** How far a tracker is: what it took in, what it skipped and why, how far it is behind the log, and what it takes on disk. */
public final class TrackerStatsAction extends ActionType<TrackerStats> {
    public static final String NAME = "cluster:monitor/affinity/tracker/stats";
    public static final TrackerStatsAction INSTANCE = new TrackerStatsAction();

    private TrackerStatsAction() {
        super(NAME, TrackerStats::new);
    }

    public static final class Request extends ActionRequest {
        private final String tracker;

        public Request(String tracker) {
            this.tracker = tracker;
        }

        Request(StreamInput in) throws IOException {
            super(in);
            tracker = in.readString();
        }

        @Override
        public void writeTo(StreamOutput out) throws IOException {
            super.writeTo(out);
            out.writeString(tracker);
        }

        @Override
        public ActionRequestValidationException validate() {
            return null;
        }
    }

    /** Runs on the node that was asked. */
    public static final class Transport extends HandledTransportAction<Request, TrackerStats> {
        private final ClusterService cluster;
        private final IndexNameExpressionResolver resolver;
        private final Client client;
        private final ProfileIndex profiles;

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
            profiles = new ProfileIndex(client);
        }

        @Override
        protected void doExecute(Task task, Request request, ActionListener<TrackerStats> listener) {
            Tracker tracker = Trackers.of(cluster.state()).named(request.tracker);
            List<LogShard> slices = LogShards.of(tracker, cluster.state(), resolver);
            profiles.users(
                tracker.name(),
                ActionListener.wrap(users -> progress(tracker, slices, users, listener), listener::onFailure)
            );
        }

        private void progress(Tracker tracker, List<LogShard> slices, long users, ActionListener<TrackerStats> listener) {
            new ProgressIndex(client).progress(
                tracker.name(),
                slices,
                ActionListener.wrap(read -> new GlobalCheckpoints(client).of(slices, ActionListener.wrap(log -> {
                    List<TrackerStats.SliceStats> rows = new ArrayList<>();
                    for (int i = 0; i < slices.size(); i++) {
                        ShardId shard = slices.get(i).shard();
                        rows.add(new TrackerStats.SliceStats(shard, read.get(i), log.getOrDefault(shard, -1L)));
                    }
                    StoredBytes.of(tracker.name(), client, ActionListener.wrap(bytes -> {
                        ActionListener<Lag> last = ActionListener.map(listener, lag -> new TrackerStats(tracker.name(), users, bytes, rows, lag));
                        Lag.of(tracker, cluster.state(), resolver, client, last);
                    }, listener::onFailure));
                }, listener::onFailure)), listener::onFailure)
            );
        }
    }
}
