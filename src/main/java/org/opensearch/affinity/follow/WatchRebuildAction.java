package org.opensearch.affinity.follow;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.opensearch.action.ActionRequest;
import org.opensearch.action.ActionRequestValidationException;
import org.opensearch.action.ActionType;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.action.support.HandledTransportAction;
import org.opensearch.affinity.cluster.RedactedException;
import org.opensearch.affinity.tracker.ProfileGenerations;
import org.opensearch.affinity.tracker.ProfileGenerations.Generation;
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

/** Watches a rebuild until it is over, as a {@link RebuildTask}. There may be several of one rebuild, or none. */
public final class WatchRebuildAction extends ActionType<WatchRebuildAction.Response> {
    public static final String NAME = "cluster:admin/affinity/tracker/rebuild/watch";
    public static final WatchRebuildAction INSTANCE = new WatchRebuildAction();
    private static final Logger LOGGER = LogManager.getLogger(WatchRebuildAction.class);
    private static final TimeValue EVERY = TimeValue.timeValueSeconds(1);

    private WatchRebuildAction() {
        super(NAME, Response::new);
    }

    public static final class Request extends ActionRequest {
        private final String tracker;
        private final boolean kept;

        /** @param kept whether how it ended can be asked for afterwards, by the id of the task */
        public Request(String tracker, boolean kept) {
            this.tracker = tracker;
            this.kept = kept;
        }

        Request(StreamInput in) throws IOException {
            super(in);
            tracker = in.readString();
            kept = in.readBoolean();
        }

        @Override
        public void writeTo(StreamOutput out) throws IOException {
            super.writeTo(out);
            out.writeString(tracker);
            out.writeBoolean(kept);
        }

        @Override
        public boolean getShouldStoreResult() {
            return kept;
        }

        @Override
        public ActionRequestValidationException validate() {
            return null;
        }

        @Override
        public String getDescription() {
            return "rebuild of tracker [" + tracker + "]";
        }

        @Override
        public Task createTask(long id, String type, String action, TaskId parent, Map<String, String> headers) {
            return new RebuildTask(id, type, action, getDescription(), parent, headers);
        }
    }

    /** How a rebuild ended. */
    public enum Outcome {
        /** What it made is used. */
        REBUILT,
        /** It was given up, by whom ever, and all is as it was. */
        CANCELLED,
        /** The tracker is gone. */
        DELETED
    }

    /** The end of a rebuild, and for how long it was watched in milliseconds. */
    public static final class Response extends ActionResponse implements ToXContentObject {
        private final String tracker;
        private final Outcome outcome;
        private final long took;

        Response(String tracker, Outcome outcome, long took) {
            this.tracker = tracker;
            this.outcome = outcome;
            this.took = took;
        }

        Response(StreamInput in) throws IOException {
            super(in);
            tracker = in.readString();
            outcome = in.readEnum(Outcome.class);
            took = in.readVLong();
        }

        @Override
        public void writeTo(StreamOutput out) throws IOException {
            out.writeString(tracker);
            out.writeEnum(outcome);
            out.writeVLong(took);
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

    /** Runs on the node that was asked. */
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
            Window window = new Window(request.tracker, (RebuildTask) task, listener);
            window.looks = threadPool.scheduleWithFixedDelay(window::look, EVERY, ThreadPool.Names.GENERIC);
        }

        /** One rebuild, seen again and again until it is over. */
        private final class Window {
            private final String tracker;
            private final RebuildTask task;
            private final ActionListener<Response> listener;
            private final int generation;
            private final long began = System.nanoTime();
            private final AtomicBoolean busy = new AtomicBoolean();
            private volatile Scheduler.Cancellable looks;

            Window(String tracker, RebuildTask task, ActionListener<Response> listener) {
                this.tracker = tracker;
                this.task = task;
                this.listener = listener;
                Generation now = ProfileGenerations.of(cluster.state()).of(tracker);
                generation = now.isRebuilding() ? now.next() : now.live();
            }

            private void look() {
                if (busy.compareAndSet(false, true)) {
                    try {
                        look(cluster.state());
                    } catch (RuntimeException e) {
                        done(nothing -> {}).onFailure(e);
                    }
                }
            }

            private void look(ClusterState state) {
                if (ProfileGenerations.of(state).of(tracker).next() != generation) {
                    looks.cancel(); // and it stays busy
                    listener.onResponse(new Response(tracker, outcome(state), (System.nanoTime() - began) / 1_000_000));
                } else if (task.isCancelled()) {
                    client.execute(RebuildAction.INSTANCE, RebuildAction.Request.cancel(tracker, generation), done(given -> {}));
                } else {
                    Lag.of(Trackers.of(state).get(tracker), state, resolver, client, done(task::show));
                }
            }

            /** What fails is tried again by the next look: nothing but the state says that a rebuild is over. */
            private <T> ActionListener<T> done(Consumer<T> seen) {
                return ActionListener.runAfter(
                    ActionListener.wrap(seen::accept, e -> LOGGER.debug("cannot see the rebuild of [{}]", tracker, RedactedException.of(e))),
                    () -> busy.set(false)
                );
            }

            private Outcome outcome(ClusterState state) {
                if (Trackers.of(state).find(tracker) == null) {
                    return Outcome.DELETED;
                }
                return ProfileGenerations.of(state).of(tracker).live() >= generation ? Outcome.REBUILT : Outcome.CANCELLED;
            }
        }
    }
}
