package org.opensearch.affinity.follow;

import org.opensearch.action.admin.cluster.node.tasks.list.ListTasksRequest;
import org.opensearch.affinity.tracker.ProfileGenerations;
import org.opensearch.cluster.ClusterState;
import org.opensearch.core.action.ActionListener;
import org.opensearch.transport.client.Client;

import java.util.Set;

/**
 * Gives every rebuild a {@link RebuildTask}. The node that receives a rebuild request runs one, which is lost with that node. So after an
 * election, and after a node has left, the elected cluster manager runs one for each rebuild that has none. Thread-safe.
 */
public final class RebuildWatchers {
    private final Client client;
    /** The ids of the cluster's nodes at the last check; empty if all rebuilds are to be checked. */
    private Set<String> nodes = Set.of();

    public RebuildWatchers(Client client) {
        this.client = client;
    }

    /** Makes the next check look at all rebuilds. To be called when this node becomes the cluster manager. */
    public synchronized void checkAll() {
        nodes = Set.of();
    }

    /** Checks for rebuilds without a task, if a node has left since the last check. To be called regularly on the cluster manager. */
    public synchronized void check(ClusterState state) {
        Set<String> now = Set.copyOf(state.nodes().getNodes().keySet());
        boolean mayBeLost = nodes.isEmpty() || now.containsAll(nodes) == false;
        nodes = now;
        if (mayBeLost) {
            for (String tracker : ProfileGenerations.of(state).trackers()) {
                if (ProfileGenerations.of(state).of(tracker).isRebuilding()) {
                    watchUnlessWatched(new WatchRebuildAction.Request(tracker, false));
                }
            }
        }
    }

    private void watchUnlessWatched(WatchRebuildAction.Request request) {
        ListTasksRequest list = new ListTasksRequest().setActions(WatchRebuildAction.NAME).setDetailed(true);
        client.admin().cluster().listTasks(list, ActionListener.wrap(response -> {
            boolean watched = response.getTasks().stream().anyMatch(task -> request.getDescription().equals(task.getDescription()));
            if (watched == false) {
                client.execute(WatchRebuildAction.INSTANCE, request, ActionListener.wrap(() -> {}));
            }
        }, e -> checkAll()));
    }
}
