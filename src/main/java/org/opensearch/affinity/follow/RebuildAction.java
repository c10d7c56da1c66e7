package org.opensearch.affinity.follow;

import org.opensearch.action.ActionType;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.action.support.clustermanager.AcknowledgedResponse;
import org.opensearch.affinity.cluster.Format;
import org.opensearch.affinity.cluster.Frame;
import org.opensearch.affinity.tracker.ProfileGenerations;
import org.opensearch.affinity.tracker.TrackerChangeRequest;
import org.opensearch.affinity.tracker.Trackers;
import org.opensearch.affinity.tracker.TransportChangeTrackers;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.inject.Inject;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.core.common.io.stream.StreamOutput;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.TransportService;

import java.io.IOException;

/**
 * Begins a rebuild of a tracker, or cancels it. A rebuild folds the whole log into a next generation of profiles and item rows, beside the
 * live one. {@link Rebuilds} does the work; {@link WatchRebuildAction} waits for its end.
 */
public final class RebuildAction extends ActionType<AcknowledgedResponse> {
    public static final String NAME = "cluster:admin/affinity/tracker/rebuild";
    public static final RebuildAction INSTANCE = new RebuildAction();

    private RebuildAction() {
        super(NAME, AcknowledgedResponse::new);
    }

    public static final class Request extends TrackerChangeRequest<Request> {
        private static final Format FORMAT = Format.first(Request.class);

        private final boolean cancel;
        private final int generation;

        /** @param cancel whether to cancel the rebuild that is running instead of beginning one */
        public Request(String tracker, boolean cancel) {
            this(tracker, cancel, 0);
        }

        /**
         * A request to cancel the rebuild of one generation, but not a later one.
         *
         * @param generation the number of the generation that the rebuild makes
         */
        public static Request cancel(String tracker, int generation) {
            return new Request(tracker, true, generation);
        }

        private Request(String tracker, boolean cancel, int generation) {
            super(tracker);
            this.cancel = cancel;
            this.generation = generation;
        }

        Request(StreamInput from) throws IOException {
            super(from);
            Frame in = FORMAT.read(from);
            cancel = in.readBoolean();
            generation = in.readVInt();
        }

        @Override
        public void writeTo(StreamOutput to) throws IOException {
            super.writeTo(to);
            try (StreamOutput out = FORMAT.begin(to)) {
                out.writeBoolean(cancel);
                out.writeVInt(generation);
            }
        }
    }

    /** Runs on the elected cluster manager. */
    public static final class Transport extends TransportChangeTrackers<Request> {
        @Inject
        public Transport(
            TransportService transportService,
            ClusterService clusterService,
            ThreadPool threadPool,
            ActionFilters filters,
            IndexNameExpressionResolver resolver
        ) {
            super(NAME, transportService, clusterService, threadPool, filters, Request::new, resolver);
        }

        @Override
        protected void clusterManagerOperation(Request request, ClusterState state, ActionListener<AcknowledgedResponse> listener) {
            submit(request, current -> {
                Trackers.of(current).named(request.tracker());
                ProfileGenerations generations = ProfileGenerations.of(current);
                if (request.cancel == false) {
                    return generations.begin(current, request.tracker());
                }
                boolean another = request.generation > 0 && generations.of(request.tracker()).next() != request.generation;
                return another ? current : generations.cancel(current, request.tracker());
            }, listener);
        }
    }
}
