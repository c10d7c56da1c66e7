package org.opensearch.affinity.train;

import org.opensearch.OpenSearchStatusException;
import org.opensearch.ResourceNotFoundException;
import org.opensearch.action.ActionType;
import org.opensearch.action.admin.cluster.node.tasks.list.ListTasksResponse;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.action.support.HandledTransportAction;
import org.opensearch.action.support.clustermanager.AcknowledgedResponse;
import org.opensearch.affinity.evaluate.JudgedSearches;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.manage.ModelsResponse;
import org.opensearch.affinity.manage.UseModelAction;
import org.opensearch.affinity.model.ModelIndex;
import org.opensearch.affinity.rank.RankNode;
import org.opensearch.affinity.tracker.IndexNames;
import org.opensearch.affinity.tracker.Ranking;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.affinity.tracker.Trackers;
import org.opensearch.affinity.tracker.UserKeys;
import org.opensearch.affinity.tracker.UserNames;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.inject.Inject;
import org.opensearch.common.settings.Setting;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.common.breaker.CircuitBreaker;
import org.opensearch.core.indices.breaker.CircuitBreakerService;
import org.opensearch.core.rest.RestStatus;
import org.opensearch.core.tasks.TaskId;
import org.opensearch.core.xcontent.NamedXContentRegistry;
import org.opensearch.tasks.Task;
import org.opensearch.tasks.TaskInfo;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.TransportService;
import org.opensearch.transport.client.Client;
import org.opensearch.transport.client.ParentTaskAssigningClient;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** Trains a model of a tracker. What no training finished before, the next one deletes. */
public final class TrainAction extends ActionType<ModelsResponse> {
    public static final String NAME = "cluster:admin/affinity/model/train";
    public static final TrainAction INSTANCE = new TrainAction();
    /** Where models are learned: never on a thread that searches. */
    public static final String THREAD_POOL = "affinity_train";

    /** How many events a training reads at most. */
    public static final Setting<Integer> MAX_EVENTS = Setting.intSetting(
        "affinity.train.max_events",
        5_000_000,
        1,
        100_000_000,
        Setting.Property.NodeScope,
        Setting.Property.Dynamic
    );

    private TrainAction() {
        super(NAME, ModelsResponse::new);
    }

    /** Runs on the node that was asked, one training at a time, and one of a tracker in the cluster. */
    public static final class Transport extends HandledTransportAction<TrainRequest, ModelsResponse> {
        private final ClusterService cluster;
        private final Client client;
        private final UserKeys keys;
        private final RankNode node;
        private final NamedXContentRegistry xContent;
        private final CircuitBreaker breaker;
        private final AtomicBoolean busy = new AtomicBoolean();
        private volatile int maxEvents;

        @Inject
        public Transport(
            TransportService transport,
            ActionFilters filters,
            ClusterService cluster,
            Settings settings,
            Client client,
            UserKeys keys,
            RankNode node,
            NamedXContentRegistry xContent,
            CircuitBreakerService breakers
        ) {
            super(NAME, transport, filters, TrainRequest::new);
            this.cluster = cluster;
            this.client = client;
            this.keys = keys;
            this.node = node;
            this.xContent = xContent;
            breaker = breakers.getBreaker(CircuitBreaker.REQUEST);
            maxEvents = MAX_EVENTS.get(settings);
            cluster.getClusterSettings().addSettingsUpdateConsumer(MAX_EVENTS, changed -> maxEvents = changed);
        }

        @Override
        protected void doExecute(Task task, TrainRequest request, ActionListener<ModelsResponse> listener) {
            Tracker tracker = Trackers.of(cluster.state()).named(request.tracker());
            Ranking weights = request.weightsOf() == null ? null : UseModelAction.active(tracker.name(), request.weightsOf(), cluster.state()).ranking();
            JudgedSearches judged = request.judged() == null ? null : new JudgedSearches(request.judged(), tracker, xContent);
            List<String> signals = request.signals(TrainingExamples.names(tracker));
            if (busy.compareAndSet(false, true) == false) {
                throw new OpenSearchStatusException("[affinity] another training runs on this node: wait until it is done, or cancel its task", RestStatus.TOO_MANY_REQUESTS);
            }
            ActionListener<ModelsResponse> done = ActionListener.runBefore(listener, () -> busy.set(false));
            ThreadPool threadPool = client.threadPool();
            try {
                threadPool.executor(THREAD_POOL).execute(() -> ActionListener.completeWith(done, () -> {
                    requireAlone(task);
                    TrainingQueries asked = new TrainingQueries(client, judged, request.recorded());
                    ParallelFor parallel = new ParallelFor(threadPool.executor(THREAD_POOL), threadPool.info(THREAD_POOL).getMax());
                    UserNames names = UserNames.live(tracker.name(), cluster.state(), keys);
                    TrainingResult trained = train(new Training(client, searches(task), names, node, parallel, (TrainTask) task, tracker, signals, maxEvents, breaker), tracker, weights, asked);
                    if (request.activates()) {
                        Blocking.<AcknowledgedResponse>await(answer -> client.execute(
                            UseModelAction.INSTANCE,
                            new UseModelAction.Request(tracker.name(), trained.number(), UseModelAction.Operation.ACTIVATE),
                            answer
                        ));
                    }
                    return new ModelsResponse(List.of(trained.about()));
                }));
            } catch (RuntimeException e) {
                done.onFailure(e);
            }
        }

        /** For searches that end when the training is cancelled; what cleans up after it must not. */
        private Client searches(Task task) {
            return new ParentTaskAssigningClient(client, cluster.localNode(), task);
        }

        /** Two trainings of one tracker, on two nodes, would delete each other's unfinished models and take the same numbers. */
        private void requireAlone(Task own) {
            ListTasksResponse running;
            // Who may train need not have the right to see tasks.
            try (ThreadContext.StoredContext ignored = client.threadPool().getThreadContext().stashContext()) {
                running = client.admin().cluster().prepareListTasks().setActions(NAME).setDetailed(true).get();
            }
            TaskId ownId = new TaskId(cluster.localNode().getId(), own.getId());
            for (TaskInfo other : running.getTasks()) {
                if (other.getTaskId().equals(ownId) == false && own.getDescription().equals(other.getDescription())) {
                    throw new OpenSearchStatusException(
                        "[affinity] task [{}] is training a model of this tracker: wait until it is done, or cancel it",
                        RestStatus.TOO_MANY_REQUESTS,
                        other.getTaskId()
                    );
                }
            }
        }

        /** Who deletes a tracker deletes the models that there are, not one that is still to come; and is why its training fails. */
        private TrainingResult train(Training training, Tracker tracker, Ranking weights, TrainingQueries asked) {
            int number = number(tracker);
            TrainingResult trained;
            try {
                trained = training.run(number, weights, asked);
            } catch (RuntimeException e) {
                try {
                    requireStillThere(tracker, number);
                } catch (ResourceNotFoundException gone) {
                    gone.addSuppressed(e);
                    throw gone;
                }
                throw e;
            }
            requireStillThere(tracker, trained.number());
            return trained;
        }

        private void requireStillThere(Tracker tracker, int number) {
            try {
                Trackers.of(cluster.state()).named(tracker.name());
            } catch (ResourceNotFoundException e) {
                new ModelIndex(client).delete(List.of(IndexNames.MODELS.index(tracker.name(), number)), ActionListener.wrap(() -> {}));
                throw e;
            }
        }

        /** The number after all there are; what was not finished is deleted. */
        private int number(Tracker tracker) {
            ClusterState state = cluster.state();
            List<String> indices = IndexNames.MODELS.of(tracker.name(), state);
            List<String> unfinished = indices.stream().filter(index -> ModelIndex.about(index, state).isEmpty()).toList();
            new ModelIndex(client).delete(unfinished, ActionListener.wrap(() -> {}));
            return indices.stream().mapToInt(ModelIndex::number).max().orElse(0) + 1;
        }
    }
}
