package org.opensearch.affinity.evaluate;

import org.opensearch.OpenSearchStatusException;
import org.opensearch.action.ActionType;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.action.support.HandledTransportAction;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.affinity.tracker.Trackers;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.inject.Inject;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.core.xcontent.NamedXContentRegistry;
import org.opensearch.tasks.Task;
import org.opensearch.transport.TransportService;
import org.opensearch.transport.client.Client;
import org.opensearch.transport.client.ParentTaskAssigningClient;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Repeats judged queries without personalisation, with popularity, and with the user's profile, and returns metrics of the results.
 * Searches and reads profiles with the caller's permissions.
 */
public final class EvaluateAction extends ActionType<EvaluateResponse> {
    public static final String NAME = "cluster:admin/affinity/evaluate";
    public static final EvaluateAction INSTANCE = new EvaluateAction();
    /** The thread pool of evaluations, so that they do not block searches. */
    public static final String THREAD_POOL = "affinity_evaluate";

    private EvaluateAction() {
        super(NAME, EvaluateResponse::new);
    }

    /** Runs on the node that receives the request, one evaluation at a time, because evaluations slow down searches. */
    public static final class Transport extends HandledTransportAction<EvaluateRequest, EvaluateResponse> {
        private final ClusterService cluster;
        private final Client client;
        private final NamedXContentRegistry xContent;
        private final AtomicBoolean busy = new AtomicBoolean();

        @Inject
        public Transport(
            TransportService transport,
            ActionFilters filters,
            ClusterService cluster,
            Client client,
            NamedXContentRegistry xContent
        ) {
            super(NAME, transport, filters, EvaluateRequest::new);
            this.cluster = cluster;
            this.client = client;
            this.xContent = xContent;
        }

        @Override
        protected void doExecute(Task task, EvaluateRequest request, ActionListener<EvaluateResponse> listener) {
            Tracker tracker = Trackers.of(cluster.state()).named(request.tracker());
            SearchTemplate template = new SearchTemplate(request, tracker, xContent);
            if (busy.compareAndSet(false, true) == false) {
                throw new OpenSearchStatusException(
                    "[affinity] an evaluation is already running on this node; wait for it, or cancel its task",
                    RestStatus.TOO_MANY_REQUESTS
                );
            }
            ActionListener<EvaluateResponse> done = ActionListener.runBefore(listener, () -> busy.set(false));
            try {
                Executor executor = client.threadPool().executor(THREAD_POOL);
                Client childClient = new ParentTaskAssigningClient(client, cluster.localNode(), task);
                new Evaluation(childClient, request, tracker, template, (EvaluateTask) task, executor, done).run();
            } catch (RuntimeException e) {
                done.onFailure(e);
            }
        }
    }
}
