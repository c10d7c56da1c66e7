package org.opensearch.affinity.event;

import org.opensearch.action.admin.indices.stats.IndicesStatsRequest;
import org.opensearch.action.admin.indices.stats.IndicesStatsResponse;
import org.opensearch.action.admin.indices.stats.ShardStats;
import org.opensearch.common.util.concurrent.ThreadContext;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.index.shard.ShardId;
import org.opensearch.transport.client.Client;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the global checkpoints of log shards: the sequence number up to which the shard's in-sync copies have all operations.
 * Followers read no further. Runs with the plugin's own permissions. Thread-safe.
 */
public final class GlobalCheckpoints {
    private final Client client;

    public GlobalCheckpoints(Client client) {
        this.client = client;
    }

    /**
     * Reads the global checkpoints of log shards.
     *
     * @param listener called with the checkpoints by shard, without shards whose primary does not report one now
     */
    public void of(List<LogShard> shards, ActionListener<Map<ShardId, Long>> listener) {
        if (shards.isEmpty()) {
            listener.onResponse(Map.of());
            return;
        }
        String[] indices = shards.stream().map(logShard -> logShard.shard().getIndexName()).distinct().toArray(String[]::new);
        ThreadContext context = client.threadPool().getThreadContext();
        try (ThreadContext.StoredContext ignored = context.stashContext()) {
            IndicesStatsRequest request = new IndicesStatsRequest().indices(indices).clear();
            client.admin().indices().stats(request, ActionListener.map(listener, GlobalCheckpoints::of));
        }
    }

    private static Map<ShardId, Long> of(IndicesStatsResponse response) {
        Map<ShardId, Long> checkpoints = new HashMap<>();
        for (ShardStats shard : response.getShards()) {
            if (shard.getShardRouting().primary() && shard.getSeqNoStats() != null) {
                checkpoints.put(shard.getShardRouting().shardId(), shard.getSeqNoStats().getGlobalCheckpoint());
            }
        }
        return checkpoints;
    }
}
