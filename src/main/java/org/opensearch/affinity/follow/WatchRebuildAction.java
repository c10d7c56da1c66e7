package org.opensearch.affinity.follow;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.opensearch.action.ActionType;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.action.support.HandledTransportAction;
import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.cluster.RedactedException;
import org.opensearch.affinity.tracker.ProfileGenerations;
import org.opensearch.affinity.tracker.ProfileGenerations.TrackerGenerations;
import org.opensearch.affinity.tracker.TrackerRequest;
import org.opensearch.affinity.tracker.Trackers;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.inject.Inject;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.action.ActionResponse;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.core.tasks.TaskId;
import org.opensearch.core.xcontent.ToXContentObject;
import org.opensearch.core.xcontent.XContentBuilder;
import org.opensearch.tasks.Task;
import org.opensearch.threadpool.Scheduler;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.TransportService;
import org.opensearch.transport.client.Client;

import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Waits for the end of a tracker's rebuild, as a {@link RebuildTask} that shows its progress. To be called while the rebuild is running.
 * Several requests may wait for one rebuild.
 */
public final class WatchRebuildAction extends ActionType<WatchRebuildAction.Response> {
    public static final String NAME = "cluster:admin/affinity/tracker/rebuild/watch";
    public static final WatchRebuildAction INSTANCE = new WatchRebuildAction();
    private static final Logger LOGGER = LogManager.getLogger(WatchRebuildAction.class);
    private static final TimeValue INTERVAL = TimeValue.timeValueSeconds(1);

    private WatchRebuildAction() {
        super(NAME, Response::new);
    }

    public static final class Request extends TrackerRequest {
        private static final Format FORMAT = Format.first(Request.class);

        private final boolean storesResult;

        /** @param storesResult whether the response is stored with the task */
        public Request(String tracker, boolean storesResult) {
            super(tracker);
            this.storesResult = storesResult;
        }

        Request(StreamInput from) throws IOException {
            super(from);
            Frame in = FORMAT.read(from);
            storesResult = in.readBoolean();
        }

        @Override
        public void writeTo(StreamOutput to) throws IOException {
            super.writeTo(to);
            try (StreamOutput out = FORMAT.begin(to)) {
                out.writeBoolean(storesResult);
            }
        }

        @Override
        public boolean getShouldStoreResult() {
            return storesResult;
        }

        @Override
        public String getDescription() {
            return "rebuild of tracker [" + tracker() + "]";
        }

        @Override
        public Task createTask(long id, String type, String action, TaskId parent, Map<String, String> headers) {
            return new RebuildTask(id, type, action, getDescription(), parent, headers);
        }
    }

    /** How a rebuild ended. */
    public enum Outcome {
        /** The generation that it made is live. */
        REBUILT,
        /** It was cancelled, and the generation that was live still is. */
        CANCELLED,
        /** The tracker was deleted. */
        DELETED
    }

    /** The outcome of a rebuild, and how long the request waited for it in milliseconds. */
    public static final class Response extends ActionResponse implements ToXContentObject {
        private static final Format FORMAT = Format.first(Response.class);

        private final String tracker;
        private final Outcome outcome;
        private final long took;

        Response(String tracker, Outcome outcome, long took) {
            this.tracker = tracker;
            this.outcome = outcome;
            this.took = took;
        }

        Response(StreamInput from) throws IOException {
            super(from);
            Frame in = FORMAT.read(from);
            tracker = in.readString();
            outcome = in.readEnum(Outcome.class);
            took = in.readVLong();
        }

        @Override
        public void writeTo(StreamOutput to) throws IOException {
            try (StreamOutput out = FORMAT.begin(to)) {
                out.writeString(tracker);
                out.writeEnum(outcome);
                out.writeVLong(took);
            }
        }

        public Outcome outcome() {
            return outcome;
        }

        @Override
        public XContentBuilder toXContent(XContentBuilder builder, Params params) throws IOException {
            builder.startObject().field("tracker", tracker).field("outcome", outcome.name().toLowerCase(Locale.ROOT));
            return builder.field("took", took).endObject();
        }
    }

    /** Runs on the node that receives the request, and looks at its cluster state once a second. */
    public static final class Transport extends HandledTransportAction<Request, Response> {
        private final ClusterService cluster;
        private final IndexNameExpressionResolver resolver;
        private final ThreadPool threadPool;
        private final Client client;

        @Inject
        public Transport(
            TransportService transport,
            ActionFilters filters,
            ClusterService cluster,
            IndexNameExpressionResolver resolver,
            ThreadPool threadPool,
            Client client
        ) {
            super(NAME, transport, filters, Request::new);
            this.cluster = cluster;
            this.resolver = resolver;
            this.threadPool = threadPool;
            this.client = client;
        }

        @Override
        protected void doExecute(Task task, Request request, ActionListener<Response> listener) {
            Watcher watcher = new Watcher(request.tracker(), (RebuildTask) task, listener);
            watcher.schedule = threadPool.scheduleWithFixedDelay(watcher::check, INTERVAL, ThreadPool.Names.GENERIC);
        }

        /** Checks one rebuild regularly, until it has ended. */
        private final class Watcher {
            private final String tracker;
            private final RebuildTask task;
            private final ActionListener<Response> listener;
            /** The generation that is being built, or else the live one; 0 if the tracker was never rebuilt and is not being rebuilt. */
            private final int generation;
            private final long began = System.nanoTime();
            private final AtomicBoolean checking = new AtomicBoolean();
            private volatile Scheduler.Cancellable schedule;

            Watcher(String tracker, RebuildTask task, ActionListener<Response> listener) {
                this.tracker = tracker;
                this.task = task;
                this.listener = listener;
                TrackerGenerations now = ProfileGenerations.of(cluster.state()).of(tracker);
                generation = now.isRebuilding() ? now.next() : now.live();
            }

            private void check() {
                if (checking.compareAndSet(false, true)) {
                    try {
                        check(cluster.state());
                    } catch (RuntimeException e) {
                        whenChecked(nothing -> {}).onFailure(e);
                    }
                }
            }

            private void check(ClusterState state) {
                if (generation == 0 || ProfileGenerations.of(state).of(tracker).next() != generation) {
                    schedule.cancel(); // checking stays true: this is the last check
                    listener.onResponse(new Response(tracker, outcome(state), (System.nanoTime() - began) / 1_000_000));
                } else if (task.isCancelled()) {
                    RebuildAction.Request cancel = RebuildAction.Request.cancel(tracker, generation);
                    client.execute(RebuildAction.INSTANCE, cancel, whenChecked(cancelled -> {}));
                } else {
                    RebuildLag.of(Trackers.of(state).get(tracker), state, resolver, client, whenChecked(task::show));
                }
            }

            /** After a failure the next check tries again: a rebuild has ended only when the cluster state says so. */
            private <T> ActionListener<T> whenChecked(Consumer<T> use) {
                return ActionListener.runAfter(
                    ActionListener.wrap(
                        use::accept,
                        e -> LOGGER.debug("cannot read the progress of the rebuild of [{}]", tracker, RedactedException.of(e))
                    ),
                    () -> checking.set(false)
                );
            }

            private Outcome outcome(ClusterState state) {
                if (Trackers.of(state).find(tracker) == null) {
                    return Outcome.DELETED;
                }
                boolean rebuilt = generation > 0 && ProfileGenerations.of(state).of(tracker).live() >= generation;
                return rebuilt ? Outcome.REBUILT : Outcome.CANCELLED;
            }
        }
    }
}
