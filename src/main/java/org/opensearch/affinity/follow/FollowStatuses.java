package org.opensearch.affinity.follow;

import org.opensearch.action.admin.cluster.node.tasks.list.ListTasksRequest;
import org.opensearch.action.admin.cluster.node.tasks.list.ListTasksResponse;
import org.opensearch.affinity.cluster.SystemDocuments;
import org.opensearch.affinity.event.LogShard;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.action.ActionListener;
import org.opensearch.tasks.TaskInfo;
import org.opensearch.transport.client.Client;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Reads the {@link FollowStatus} of log shards from the tasks of their followers, so from the memory of the nodes that run them, and
 * the stored progress only of log shards without a follower. Runs with the plugin's own permissions. Thread-safe.
 */
public final class FollowStatuses {
    /** A node that does not answer within this time counts as one without followers. */
    private static final TimeValue TIMEOUT = TimeValue.timeValueSeconds(2);

    private final Client client;
    private final ProgressIndex progress;

    public FollowStatuses(Client client) {
        this.client = client;
        progress = new ProgressIndex(client);
    }

    /**
     * Reads the statuses of log shards of one profile generation.
     *
     * @param tracker  the name of the tracker for the generation in use, or that of the generation
     * @param listener called with a status for each log shard, in their order. Its progress is null if there is no follower and the
     *                 stored progress cannot be read
     */
    public void of(String tracker, List<LogShard> shards, ActionListener<List<FollowStatus>> listener) {
        Set<String> ids = shards.stream().map(LogShard::followerId).collect(Collectors.toSet());
        ListTasksRequest request = new ListTasksRequest();
        request.setActions(LogShard.TASK).setDetailed(true).setTimeout(TIMEOUT);
        ActionListener<ListTasksResponse> listed = ActionListener.wrap(
            response -> complete(tracker, shards, running(response, ids), listener),
            e -> complete(tracker, shards, new HashMap<>(), listener)
        );
        new SystemDocuments(client).asPlugin(listed, wrapped -> client.admin().cluster().listTasks(request, wrapped));
    }

    /** Returns the statuses by follower id; during a change of the primary two nodes may follow one log shard. */
    private static Map<String, FollowStatus> running(ListTasksResponse response, Set<String> ids) {
        Map<String, FollowStatus> running = new HashMap<>();
        for (TaskInfo task : response.getTasks()) {
            if (task.getStatus() instanceof FollowStatus status && ids.contains(status.followerId())) {
                running.merge(status.followerId(), status, (one, other) -> one.readTo() > other.readTo() ? one : other);
            }
        }
        return running;
    }

    private void complete(
        String tracker,
        List<LogShard> shards,
        Map<String, FollowStatus> running,
        ActionListener<List<FollowStatus>> listener
    ) {
        List<LogShard> unread = shards.stream().filter(logShard -> {
            FollowStatus status = running.get(logShard.followerId());
            return status == null || status.progress() == null;
        }).toList();
        if (unread.isEmpty()) {
            listener.onResponse(inOrder(shards, running));
            return;
        }
        progress.progress(tracker, unread, ActionListener.wrap(read -> {
            for (int i = 0; i < unread.size(); i++) {
                Progress stored = read.get(i).withoutStatistics();
                running.compute(unread.get(i).followerId(), (id, status) -> new FollowStatus(id, stored, failure(status)));
            }
            listener.onResponse(inOrder(shards, running));
        }, e -> listener.onResponse(inOrder(shards, running))));
    }

    private static FollowStatus.Failure failure(FollowStatus status) {
        return status == null ? null : status.failure();
    }

    private static List<FollowStatus> inOrder(List<LogShard> shards, Map<String, FollowStatus> statuses) {
        List<FollowStatus> inOrder = new ArrayList<>();
        for (LogShard logShard : shards) {
            FollowStatus unknown = new FollowStatus(logShard.followerId(), null, null);
            inOrder.add(statuses.getOrDefault(logShard.followerId(), unknown));
        }
        return inOrder;
    }
}
