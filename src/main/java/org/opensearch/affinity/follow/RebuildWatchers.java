package org.opensearch.affinity.follow;

import org.opensearch.action.admin.cluster.node.tasks.list.ListTasksRequest;
import org.opensearch.affinity.tracker.ProfileGenerations;
import org.opensearch.cluster.ClusterState;
import org.opensearch.core.action.ActionListener;
import org.opensearch.transport.client.Client;

import java.util.Set;

/**
 * Sees to it that every rebuild can be seen as a task: whoever began one has a window onto it, which dies with its node. So after
 * an election, and when a node is gone, a rebuild that nobody watches gets another window, on the elected cluster manager.
 * Thread-safe.
 */
public final class RebuildWatchers {
    private final Client client;
    /** The nodes of the last look, by id; none where all is to be looked at anew. */
    private Set<String> nodes = Set.of();

    public RebuildWatchers(Client client) {
        this.client = client;
    }

    /** This node is the cluster manager from now on, and knows nothing of what was. */
    public synchronized void elected() {
        nodes = Set.of();
    }

    /** To be called again and again while this node is the cluster manager. */
    public synchronized void keep(ClusterState state) {
        Set<String> now = Set.copyOf(state.nodes().getNodes().keySet());
        boolean mayBeGone = nodes.isEmpty() || now.containsAll(nodes) == false;
        nodes = now;
        if (mayBeGone) {
            for (String tracker : ProfileGenerations.of(state).trackers()) {
                if (ProfileGenerations.of(state).of(tracker).isRebuilding()) {
                    openIfNone(new WatchRebuildAction.Request(tracker, false));
                }
            }
        }
    }

    private void openIfNone(WatchRebuildAction.Request watch) {
        ListTasksRequest open = new ListTasksRequest().setActions(WatchRebuildAction.NAME).setDetailed(true);
        client.admin().cluster().listTasks(open, ActionListener.wrap(found -> {
            boolean watched = found.getTasks().stream().anyMatch(task -> watch.getDescription().equals(task.getDescription()));
            if (watched == false) {
                client.execute(WatchRebuildAction.INSTANCE, watch, ActionListener.wrap(() -> {}));
            }
        }, e -> elected()));
    }
}
