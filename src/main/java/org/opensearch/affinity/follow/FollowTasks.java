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
 * Keeps one {@link FollowTask} for every shard of every tracker's event indices, on the elected cluster manager: indices
 * that appear get theirs, indices and trackers that are gone lose theirs. The cluster state is all it goes by, so it makes
 * up for whatever a node that died left undone.
 */
public final class FollowTasks implements ClusterStateListener {
    private static final Logger LOGGER = LogManager.getLogger(FollowTasks.class);

    private final PersistentTasksService tasks;
    private final IndexNameExpressionResolver resolver;
    private final Set<String> underWay = ConcurrentHashMap.newKeySet();

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
            wanted.forEach((id, slice) -> {
                if (running.containsKey(id) == false && underWay.add(id)) {
                    tasks.sendStartRequest(id, LogShard.TASK, slice, done(id));
                }
            });
            running.keySet().forEach(id -> {
                if (wanted.containsKey(id) == false && underWay.add(id)) {
                    tasks.sendRemoveRequest(id, done(id));
                }
            });
        }
    }

    private Map<String, LogShard> wanted(ClusterState state) {
        Map<String, LogShard> wanted = new HashMap<>();
        for (Tracker tracker : Trackers.of(state).all()) {
            try {
                for (int generation : ProfileGenerations.of(state).of(tracker.name()).followed()) {
                    LogShards.of(tracker, generation, state, resolver).forEach(shard -> wanted.put(shard.taskId(), shard));
                }
            } catch (RuntimeException e) {
                // One tracker must not stop the others.
                LOGGER.warn("cannot tell the event indices of tracker [{}]", tracker.name(), e);
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
        return ActionListener.wrap(task -> underWay.remove(id), e -> {
            underWay.remove(id);
            if (e instanceof ResourceAlreadyExistsException == false && e instanceof ResourceNotFoundException == false) {
                LOGGER.warn("cannot start or stop task [{}]; will try again at the next change of the cluster", id, e);
            }
        });
    }
}
