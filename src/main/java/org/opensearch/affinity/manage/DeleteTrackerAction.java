package org.opensearch.affinity.manage;

import org.opensearch.action.ActionType;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.action.support.clustermanager.AcknowledgedResponse;
import org.opensearch.affinity.cluster.SystemDocuments;
import org.opensearch.affinity.tracker.ActiveModels;
import org.opensearch.affinity.tracker.IndexNames;
import org.opensearch.affinity.tracker.ProfileGenerations;
import org.opensearch.affinity.tracker.TrackerBackup;
import org.opensearch.affinity.tracker.TrackerChangeRequest;
import org.opensearch.affinity.tracker.Trackers;
import org.opensearch.affinity.tracker.TransportChangeTrackers;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.inject.Inject;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.io.stream.StreamInput;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.TransportService;
import org.opensearch.transport.client.Client;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Deletes a tracker with its profiles, item rows and trained models. Its followers stop. The events stay in their indices. */
public final class DeleteTrackerAction extends ActionType<AcknowledgedResponse> {
    public static final String NAME = "cluster:admin/affinity/tracker/delete";
    public static final DeleteTrackerAction INSTANCE = new DeleteTrackerAction();

    private DeleteTrackerAction() {
        super(NAME, AcknowledgedResponse::new);
    }

    public static final class Request extends TrackerChangeRequest<Request> {
        public Request(String tracker) {
            super(tracker);
        }

        Request(StreamInput in) throws IOException {
            super(in);
        }
    }

    /** Runs on the elected cluster manager. */
    public static final class Transport extends TransportChangeTrackers<Request> {
        private final SystemDocuments documents;

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
            documents = new SystemDocuments(client);
        }

        @Override
        protected void clusterManagerOperation(Request request, ClusterState state, ActionListener<AcknowledgedResponse> listener) {
            String tracker = request.tracker();
            Trackers.of(state).named(tracker);
            List<String> indices = new ArrayList<>(IndexNames.PROFILES.of(tracker, state));
            indices.addAll(IndexNames.ITEM_ROWS.of(tracker, state));
            indices.addAll(IndexNames.MODELS.of(tracker, state));
            indices.addAll(IndexNames.TRAININGS.of(tracker, state));
            ActionListener<AcknowledgedResponse> removed = ActionListener.wrap(
                answer -> documents.delete(indices, ActionListener.map(listener, done -> answer)),
                listener::onFailure
            );
            submit(request, current -> {
                ClusterState changed = TrackerBackup.without(Trackers.of(current).without(current, tracker), tracker);
                changed = ActiveModels.of(changed).without(changed, tracker);
                return ProfileGenerations.of(changed).without(changed, tracker);
            }, removed);
        }
    }
}
