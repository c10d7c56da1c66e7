package org.opensearch.affinity.follow;

import org.opensearch.action.ActionRequestValidationException;
import org.opensearch.action.ActionType;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.action.support.clustermanager.AcknowledgedRequest;
import org.opensearch.action.support.clustermanager.AcknowledgedResponse;
import org.opensearch.affinity.tracker.ProfileGenerations;
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
 * Begins to make a tracker's profiles and item table anew, from the whole log and beside those that are used, or gives that up.
 * {@link Rebuilds} does the work.
 */
public final class RebuildAction extends ActionType<AcknowledgedResponse> {
    public static final String NAME = "cluster:admin/affinity/tracker/rebuild";
    public static final RebuildAction INSTANCE = new RebuildAction();

    private RebuildAction() {
        super(NAME, AcknowledgedResponse::new);
    }

    public static final class Request extends AcknowledgedRequest<Request> {
        private final String tracker;
        private final boolean cancel;
        private final int only;

        /** @param cancel whether a rebuild that runs is to be given up, instead of beginning one */
        public Request(String tracker, boolean cancel) {
            this(tracker, cancel, 0);
        }

        /**
         * To give one rebuild up, and not another one that was begun since.
         *
         * @param generation that it makes
         */
        public static Request cancel(String tracker, int generation) {
            return new Request(tracker, true, generation);
        }

        private Request(String tracker, boolean cancel, int only) {
            this.tracker = tracker;
            this.cancel = cancel;
            this.only = only;
        }

        Request(StreamInput in) throws IOException {
            super(in);
            tracker = in.readString();
            cancel = in.readBoolean();
            only = in.readVInt();
        }

        @Override
        public void writeTo(StreamOutput out) throws IOException {
            super.writeTo(out);
            out.writeString(tracker);
            out.writeBoolean(cancel);
            out.writeVInt(only);
        }

        @Override
        public ActionRequestValidationException validate() {
            return null;
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
                Trackers.of(current).named(request.tracker);
                ProfileGenerations generations = ProfileGenerations.of(current);
                if (request.cancel == false) {
                    return generations.begin(current, request.tracker);
                }
                boolean another = request.only > 0 && generations.of(request.tracker).next() != request.only;
                return another ? current : generations.cancel(current, request.tracker);
            }, listener);
        }
    }
}
