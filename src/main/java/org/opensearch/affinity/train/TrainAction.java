package org.opensearch.affinity.train;

import org.opensearch.OpenSearchStatusException;
import org.opensearch.ResourceNotFoundException;
import org.opensearch.action.ActionType;
import org.opensearch.action.admin.cluster.node.tasks.list.ListTasksResponse;
import org.opensearch.action.support.ActionFilters;
import org.opensearch.action.support.HandledTransportAction;
import org.opensearch.action.support.clustermanager.AcknowledgedResponse;
import org.opensearch.affinity.cluster.Blocking;
import org.opensearch.affinity.evaluate.JudgedSearches;
import org.opensearch.affinity.learn.ParallelFor;
import org.opensearch.affinity.manage.ModelsResponse;
import org.opensearch.affinity.manage.UseModelAction;
import org.opensearch.affinity.model.ModelIndex;
import org.opensearch.affinity.rank.RankNode;
import org.opensearch.affinity.runtime.TorchRuntime;
import org.opensearch.affinity.tracker.ActiveModels;
import org.opensearch.affinity.tracker.IndexNames;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.affinity.tracker.Trackers;
import org.opensearch.affinity.tracker.UserKeys;
import org.opensearch.affinity.tracker.UserNames;
import org.opensearch.affinity.train.journal.TrainingJournal;
import org.opensearch.affinity.train.part.RequestedParts;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.inject.Inject;
import org.opensearch.common.settings.Setting;
import org.opensearch.common.settings.Settings;
import org.opensearch.common.unit.TimeValue;
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

/** Trains a model of a tracker. Deletes unfinished models of earlier trainings. */
public final class TrainAction extends ActionType<ModelsResponse> {
    public static final String NAME = "cluster:admin/affinity/model/train";
    public static final TrainAction INSTANCE = new TrainAction();
    /** The thread pool of trainings, so that they do not block searches. */
    public static final String THREAD_POOL = "affinity_train";

    /** Largest number of events that a training keeps in memory; of a larger log it learns from a sample of the users. */
    public static final Setting<Integer> MAX_EVENTS = Setting.intSetting(
        "affinity.train.max_events",
        5_000_000,
        1,
        100_000_000,
        Setting.Property.NodeScope,
        Setting.Property.Dynamic
    );

    /** How often the state of a network that learns is kept, so that the training can go on from there after the node died. */
    public static final Setting<TimeValue> CHECKPOINT_INTERVAL = Setting.timeSetting(
        "affinity.train.checkpoint_interval",
        TimeValue.timeValueMinutes(1),
        TimeValue.ZERO,
        Setting.Property.NodeScope,
        Setting.Property.Dynamic
    );

    private TrainAction() {
        super(NAME, ModelsResponse::new);
    }

    /** Runs on the node that receives the request. One training runs at a time per node, and per tracker in the cluster. */
    public static final class Transport extends HandledTransportAction<TrainRequest, ModelsResponse> {
        private final ClusterService cluster;
        private final Client client;
        private final UserKeys keys;
        private final RankNode node;
        private final NamedXContentRegistry xContent;
        private final IndexNameExpressionResolver resolver;
        private final CircuitBreaker breaker;
        private final TorchRuntime runtime;
        private final AtomicBoolean busy = new AtomicBoolean();
        private volatile int maxEvents;
        private volatile TimeValue checkpointInterval;

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
            IndexNameExpressionResolver resolver,
            CircuitBreakerService breakers,
            TorchRuntime runtime
        ) {
            super(NAME, transport, filters, TrainRequest::new);
            this.cluster = cluster;
            this.client = client;
            this.keys = keys;
            this.node = node;
            this.xContent = xContent;
            this.resolver = resolver;
            this.runtime = runtime;
            breaker = breakers.getBreaker(CircuitBreaker.REQUEST);
            maxEvents = MAX_EVENTS.get(settings);
            cluster.getClusterSettings().addSettingsUpdateConsumer(MAX_EVENTS, changed -> maxEvents = changed);
            checkpointInterval = CHECKPOINT_INTERVAL.get(settings);
            cluster.getClusterSettings().addSettingsUpdateConsumer(CHECKPOINT_INTERVAL, changed -> checkpointInterval = changed);
        }

        @Override
        protected void doExecute(Task task, TrainRequest request, ActionListener<ModelsResponse> listener) {
            Tracker tracker = Trackers.of(cluster.state()).named(request.tracker());
            ReusedModel reused = request.weightsOf() == null ? null : reused(tracker, request.weightsOf());
            JudgedSearches judged = request.judged() == null ? null : new JudgedSearches(request.judged(), tracker, xContent);
            List<String> signals = request.signals(TrainingExamples.names(tracker));
            if (busy.compareAndSet(false, true) == false) {
                throw new OpenSearchStatusException(
                    "[affinity] a training is already running on this node; wait for it, or cancel its task",
                    RestStatus.TOO_MANY_REQUESTS
                );
            }
            ActionListener<ModelsResponse> done = ActionListener.runBefore(listener, () -> busy.set(false));
            try {
                client.threadPool().executor(THREAD_POOL).execute(() -> ActionListener.completeWith(done, () -> {
                    requireOnlyTraining(task);
                    // Opening a model reads files, so not on the thread that received the request.
                    ReusedModel continued = request.continues() ? continued(tracker, reused) : reused;
                    TrainingQueries queries = queries(request, judged, tracker);
                    TrainingResult result = train(training((TrainTask) task, tracker, signals, request.parts()), tracker, continued, queries);
                    if (request.activates()) {
                        activate(tracker, result.number());
                    }
                    return new ModelsResponse(List.of(result.about()));
                }));
            } catch (RuntimeException e) {
                done.onFailure(e);
            }
        }

        private TrainingQueries queries(TrainRequest request, JudgedSearches judged, Tracker tracker) {
            QueryCounts counts = new QueryCounts();
            RecordedQueries recorded = null;
            if (request.recorded() != null) {
                ClusterState state = cluster.state();
                recorded = new RecordedQueries(client, request.recorded(), tracker, judged.asksText(), counts, state, resolver);
            }
            return new TrainingQueries(client, judged, recorded, counts);
        }

        private ReusedModel reused(Tracker tracker, int number) {
            ClusterState state = cluster.state();
            ActiveModels.Active model = UseModelAction.active(tracker.name(), number, state);
            return ReusedModel.of(model, ModelIndex.about(IndexNames.MODELS.index(tracker.name(), number), state));
        }

        private ReusedModel continued(Tracker tracker, ReusedModel reused) {
            String index = IndexNames.MODELS.index(tracker.name(), reused.number());
            long newest = ReusedModel.newest(ModelIndex.about(index, cluster.state()));
            return reused.continuing(EarlierModel.of(index, newest, node));
        }

        /** Two trainings of one tracker on two nodes would use the same numbers, and delete each other's unfinished models. */
        private void requireOnlyTraining(Task own) {
            ListTasksResponse running;
            // With the plugin's rights: the caller may lack the permission to list tasks.
            try (ThreadContext.StoredContext ignored = client.threadPool().getThreadContext().stashContext()) {
                running = client.admin().cluster().prepareListTasks().setActions(NAME).setDetailed(true).get();
            }
            TaskId ownId = new TaskId(cluster.localNode().getId(), own.getId());
            for (TaskInfo other : running.getTasks()) {
                if (other.getTaskId().equals(ownId) == false && own.getDescription().equals(other.getDescription())) {
                    throw new OpenSearchStatusException(
                        "[affinity] task [{}] is already training a model of this tracker; wait for it, or cancel it",
                        RestStatus.TOO_MANY_REQUESTS,
                        other.getTaskId()
                    );
                }
            }
        }

        private Training training(TrainTask task, Tracker tracker, List<String> signals, RequestedParts parts) {
            ThreadPool threadPool = client.threadPool();
            ParallelFor parallel = new ParallelFor(threadPool.executor(THREAD_POOL), threadPool.info(THREAD_POOL).getMax());
            Client searches = new ParentTaskAssigningClient(client, cluster.localNode(), task);
            UserNames names = UserNames.live(tracker.name(), cluster.state(), keys);
            TrainingResources resources = new TrainingResources(client, searches, node, parallel, task, breaker, runtime::newManager);
            return new Training(resources, tracker, names, signals, parts, maxEvents, checkpointInterval);
        }

        /**
         * Runs a training. If the tracker is deleted meanwhile, deletes the model, which the deletion of the tracker did not see yet.
         *
         * @throws ResourceNotFoundException if the tracker was deleted
         */
        private TrainingResult train(Training training, Tracker tracker, ReusedModel reused, TrainingQueries queries) {
            int number = nextNumber(tracker);
            TrainingResult result;
            try {
                result = training.run(number, reused, queries);
            } catch (RuntimeException e) {
                try {
                    requireTracker(tracker, number);
                } catch (ResourceNotFoundException deleted) {
                    deleted.addSuppressed(e);
                    throw deleted;
                }
                throw e;
            }
            requireTracker(tracker, result.number());
            return result;
        }

        private void requireTracker(Tracker tracker, int number) {
            try {
                Trackers.of(cluster.state()).named(tracker.name());
            } catch (ResourceNotFoundException e) {
                new ModelIndex(client).delete(List.of(IndexNames.MODELS.index(tracker.name(), number)), ActionListener.wrap(() -> {}));
                TrainingJournal.delete(client, tracker.name());
                throw e;
            }
        }

        /** Returns the number after the largest one in use, and deletes unfinished models. */
        private int nextNumber(Tracker tracker) {
            ClusterState state = cluster.state();
            List<String> indices = IndexNames.MODELS.of(tracker.name(), state);
            List<String> unfinished = indices.stream().filter(index -> ModelIndex.about(index, state).isEmpty()).toList();
            new ModelIndex(client).delete(unfinished, ActionListener.wrap(() -> {}));
            return indices.stream().mapToInt(ModelIndex::number).max().orElse(0) + 1;
        }

        private void activate(Tracker tracker, int number) {
            UseModelAction.Request request = new UseModelAction.Request(tracker.name(), number, UseModelAction.Operation.ACTIVATE);
            Blocking.<AcknowledgedResponse>await(listener -> client.execute(UseModelAction.INSTANCE, request, listener));
        }
    }
}
