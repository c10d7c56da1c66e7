package org.opensearch.affinity.follow;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.opensearch.affinity.cluster.RedactedException;
import org.opensearch.affinity.event.LogShard;
import org.opensearch.affinity.event.LogShards;
import org.opensearch.affinity.event.ReadEventsAction;
import org.opensearch.affinity.tracker.ProfileGenerations;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.affinity.tracker.Trackers;
import org.opensearch.affinity.tracker.UserKeys;
import org.opensearch.cluster.ClusterChangedEvent;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.ClusterStateListener;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.cluster.routing.IndexRoutingTable;
import org.opensearch.cluster.routing.ShardRouting;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.common.inject.Inject;
import org.opensearch.common.lifecycle.AbstractLifecycleComponent;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.concurrency.OpenSearchRejectedExecutionException;
import org.opensearch.core.tasks.TaskId;
import org.opensearch.gateway.GatewayService;
import org.opensearch.tasks.Task;
import org.opensearch.tasks.TaskAwareRequest;
import org.opensearch.tasks.TaskManager;
import org.opensearch.threadpool.Scheduler;
import org.opensearch.threadpool.ThreadPool;
import org.opensearch.transport.TransportService;
import org.opensearch.transport.client.Client;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Runs a {@link FollowLoop} on this node for each log shard whose primary is active here, for each profile generation that its tracker
 * folds events into. Which log shards these are follows from the cluster state alone, so nothing about followers is stored: when a primary
 * moves, its new node starts a follower, which continues from the stored progress. If two nodes follow one log shard for a moment, or for the
 * time of a network partition, each write that is based on an outdated version fails, and its follower starts over.
 *
 * <p>Checks run when metadata or routing change, and every ten seconds, which makes up for a start that failed. Thread-safe.
 */
public final class Followers extends AbstractLifecycleComponent implements ClusterStateListener {
    private static final Logger LOGGER = LogManager.getLogger(Followers.class);
    private static final TimeValue CHECK_INTERVAL = TimeValue.timeValueSeconds(10);

    private final ClusterService cluster;
    private final TaskManager tasks;
    private final ThreadPool threadPool;
    private final IndexNameExpressionResolver resolver;
    private final FollowServices services;
    private final AtomicBoolean checkPending = new AtomicBoolean();
    // Guarded by this.
    private final Map<String, FollowLoop> running = new HashMap<>();
    /** Trackers whose log shards could not be determined by the last check; one line in the log each. */
    private final Set<String> unresolved = new HashSet<>();
    private Scheduler.Cancellable checks;
    private boolean stopped;

    @Inject
    public Followers(
        ClusterService cluster,
        TransportService transport,
        ThreadPool threadPool,
        Client client,
        IndexNameExpressionResolver resolver,
        UserKeys keys
    ) {
        this.cluster = cluster;
        this.threadPool = threadPool;
        this.resolver = resolver;
        tasks = transport.getTaskManager();
        services = new FollowServices(cluster, threadPool, client, keys);
    }

    @Override
    protected void doStart() {
        cluster.addListener(this);
        synchronized (this) {
            checks = threadPool.scheduleWithFixedDelay(this::check, CHECK_INTERVAL, ReadEventsAction.THREAD_POOL);
        }
    }

    @Override
    protected synchronized void doStop() {
        stopped = true;
        cluster.removeListener(this);
        checks.cancel();
        running.values().forEach(FollowLoop::stop);
        running.clear();
    }

    @Override
    protected void doClose() {}

    @Override
    public void clusterChanged(ClusterChangedEvent event) {
        boolean recovered = event.previousState().blocks().hasGlobalBlock(GatewayService.STATE_NOT_RECOVERED_BLOCK);
        if ((recovered || event.metadataChanged() || event.routingTableChanged()) && checkPending.compareAndSet(false, true)) {
            try {
                threadPool.executor(ReadEventsAction.THREAD_POOL).execute(this::check);
            } catch (OpenSearchRejectedExecutionException e) {
                checkPending.set(false); // the next check in time makes up for it
            }
        }
    }

    /** Starts followers that are missing and stops those that are not needed any more. */
    private synchronized void check() {
        checkPending.set(false);
        ClusterState state = cluster.state();
        if (stopped || state.blocks().hasGlobalBlock(GatewayService.STATE_NOT_RECOVERED_BLOCK)) {
            return;
        }
        running.values().removeIf(FollowLoop::isCancelled);
        Set<String> trackers = new HashSet<>();
        Set<String> wanted = new HashSet<>();
        for (Tracker tracker : Trackers.of(state).all()) {
            trackers.add(tracker.name());
            try {
                for (LogShard logShard : local(tracker, state)) {
                    wanted.add(logShard.followerId());
                    running.computeIfAbsent(logShard.followerId(), id -> start(logShard));
                }
                unresolved.remove(tracker.name());
            } catch (RuntimeException e) {
                // Followers of this tracker keep running: what cannot be determined now is not gone.
                running.values().stream().map(FollowLoop::logShard).filter(shard -> shard.tracker().equals(tracker.name()))
                    .forEach(shard -> wanted.add(shard.followerId()));
                if (unresolved.add(tracker.name())) {
                    LOGGER.warn("[{}] cannot determine the event indices; keeps trying", tracker.name(), RedactedException.of(e));
                }
            }
        }
        unresolved.retainAll(trackers);
        running.entrySet().removeIf(entry -> {
            boolean gone = wanted.contains(entry.getKey()) == false;
            if (gone) {
                entry.getValue().stop();
            }
            return gone;
        });
    }

    /** The log shards of a tracker whose active primary is on this node, once for each generation that is followed. */
    private List<LogShard> local(Tracker tracker, ClusterState state) {
        return ProfileGenerations.of(state)
            .of(tracker.name())
            .followed()
            .stream()
            .flatMap(generation -> LogShards.of(tracker, generation, state, resolver).stream())
            .filter(logShard -> isLocal(logShard, state))
            .toList();
    }

    private static boolean isLocal(LogShard logShard, ClusterState state) {
        IndexRoutingTable index = state.routingTable().index(logShard.shard().getIndex());
        ShardRouting primary = index == null ? null : index.shard(logShard.shard().id()).primaryShard();
        return primary != null && primary.active() && primary.currentNodeId().equals(state.nodes().getLocalNodeId());
    }

    private FollowLoop start(LogShard logShard) {
        FollowTask task = (FollowTask) tasks.register("affinity", LogShard.TASK, new TaskAwareRequest() {
            @Override
            public Task createTask(long id, String type, String action, TaskId parent, Map<String, String> headers) {
                return new FollowTask(id, type, logShard, parent, headers);
            }

            @Override
            public void setParentTask(TaskId parent) {}

            @Override
            public TaskId getParentTask() {
                return TaskId.EMPTY_TASK_ID;
            }
        });
        FollowLoop loop = new FollowLoop(task, logShard, services, () -> tasks.unregister(task));
        loop.start();
        return loop;
    }
}
