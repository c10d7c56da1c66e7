package org.opensearch.affinity.event;

import org.opensearch.affinity.tracker.IndexExpressions;
import org.opensearch.affinity.tracker.ProfileGenerations;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.cluster.routing.OperationRouting;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Finds the shards of a tracker's behaviour log in a cluster state. */
public final class LogShards {
    private LogShards() {}

    /** Returns the shards of all open event indices of a tracker, for the profile generation in use. */
    public static List<LogShard> of(Tracker tracker, ClusterState state, IndexNameExpressionResolver resolver) {
        return of(tracker, ProfileGenerations.of(state).of(tracker.name()).live(), state, resolver);
    }

    /** Returns the shards of all open event indices of a tracker, to be applied to a profile generation. */
    public static List<LogShard> of(Tracker tracker, int generation, ClusterState state, IndexNameExpressionResolver resolver) {
        List<LogShard> shards = new ArrayList<>();
        Map<String, Set<String>> routing = resolver.resolveSearchRouting(state, null, tracker.events().expressions());
        for (IndexMetadata metadata : IndexExpressions.open(tracker.events().expressions(), state, resolver)) {
            Set<Integer> searched = routing == null ? null : shards(metadata, routing.get(metadata.getIndex().getName()));
            for (int shard = 0; shard < metadata.getNumberOfShards(); shard++) {
                if (searched == null || searched.contains(shard)) {
                    shards.add(LogShard.of(tracker.name(), generation, metadata, shard, state));
                }
            }
        }
        return shards;
    }

    /** Returns the shards that a search with these routing values reaches; null for all. */
    private static Set<Integer> shards(IndexMetadata index, Set<String> routing) {
        if (routing == null || index.isRoutingPartitionedIndex()) {
            return null;
        }
        return routing.stream().map(value -> OperationRouting.generateShardId(index, null, value)).collect(Collectors.toSet());
    }
}
