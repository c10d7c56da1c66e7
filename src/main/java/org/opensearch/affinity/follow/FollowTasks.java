package org.opensearch.affinity.follow;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.opensearch.ResourceAlreadyExistsException;
import org.opensearch.ResourceNotFoundException;
import org.opensearch.affinity.event.LogShard;
import org.opensearch.affinity.event.LogShards;
import org.opensearch.affinity.tracker.ProfileGenerations;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.affinity.tracker.Trackers;
import org.opensearch.cluster.ClusterChangedEvent;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.ClusterStateListener;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.core.action.ActionListener;
import org.opensearch.persistent.PersistentTasksCustomMetadata;
import org.opensearch.persistent.PersistentTasksCustomMetadata.PersistentTask;
import org.opensearch.persistent.PersistentTasksService;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Starts and removes persistent tasks on the elected cluster manager, so that there is one {@link FollowTask} for each shard of each
 * tracker's event indices and each profile generation to follow. It compares the tasks with the cluster state whenever the metadata
 * change or a cluster manager is elected, so it also completes what a failed node left undone. Thread-safe.
 */
public final class FollowTasks implements ClusterStateListener {
    private static final Logger LOGGER = LogManager.getLogger(FollowTasks.class);

    private final PersistentTasksService tasks;
    private final IndexNameExpressionResolver resolver;
    /** Ids of tasks that a request to start or to remove is pending for. */
    private final Set<String> pending = ConcurrentHashMap.newKeySet();

    public FollowTasks(PersistentTasksService tasks, IndexNameExpressionResolver resolver) {
        this.tasks = tasks;
        this.resolver = resolver;
    }

    @Override
    public void clusterChanged(ClusterChangedEvent event) {
        boolean elected = event.localNodeClusterManager() && event.previousState().nodes().isLocalNodeElectedClusterManager() == false;
        if (event.localNodeClusterManager() && (elected || event.metadataChanged())) {
            Map<String, PersistentTask<?>> running = running(event.state());
            Map<String, LogShard> wanted = wanted(event.state());
            wanted.forEach((id, logShard) -> {
                if (running.containsKey(id) == false && pending.add(id)) {
                    tasks.sendStartRequest(id, LogShard.TASK, logShard, done(id));
                }
            });
            running.keySet().forEach(id -> {
                if (wanted.containsKey(id) == false && pending.add(id)) {
                    tasks.sendRemoveRequest(id, done(id));
                }
            });
        }
    }

    /** Returns the log shards to follow, by task id. */
    private Map<String, LogShard> wanted(ClusterState state) {
        Map<String, LogShard> wanted = new HashMap<>();
        for (Tracker tracker : Trackers.of(state).all()) {
            try {
                for (int generation : ProfileGenerations.of(state).of(tracker.name()).followed()) {
                    LogShards.of(tracker, generation, state, resolver).forEach(logShard -> wanted.put(logShard.taskId(), logShard));
                }
            } catch (RuntimeException e) {
                // The other trackers are followed nevertheless.
                LOGGER.warn("cannot find the event indices of tracker [{}]", tracker.name(), e);
            }
        }
        return wanted;
    }

    private static Map<String, PersistentTask<?>> running(ClusterState state) {
        PersistentTasksCustomMetadata all = state.metadata().custom(PersistentTasksCustomMetadata.TYPE);
        Map<String, PersistentTask<?>> running = new HashMap<>();
        if (all != null) {
            all.findTasks(LogShard.TASK, task -> true).forEach(task -> running.put(task.getId(), task));
        }
        return running;
    }

    private <T> ActionListener<T> done(String id) {
        return ActionListener.wrap(task -> pending.remove(id), e -> {
            pending.remove(id);
            if (e instanceof ResourceAlreadyExistsException == false && e instanceof ResourceNotFoundException == false) {
                LOGGER.warn("cannot start or stop task [{}]; retries at the next change of the cluster metadata", id, e);
            }
        });
    }
}
