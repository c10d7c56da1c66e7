package org.opensearch.affinity.event;

import org.opensearch.action.support.IndicesOptions;
import org.opensearch.affinity.tracker.IndexNames;
import org.opensearch.affinity.tracker.ProfileGenerations;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.cluster.routing.OperationRouting;
import org.opensearch.core.index.Index;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Finds the shards of a tracker's behaviour log in a cluster state. */
public final class LogShards {
    private static final IndicesOptions OPEN_INDICES = IndicesOptions.fromOptions(true, true, true, false);

    private LogShards() {}

    /** Returns the shards of all open event indices of a tracker, for the profile generation in use. */
    public static List<LogShard> of(Tracker tracker, ClusterState state, IndexNameExpressionResolver resolver) {
        return of(tracker, ProfileGenerations.of(state).of(tracker.name()).live(), state, resolver);
    }

    /** Returns the shards of all open event indices of a tracker, to be applied to a profile generation. */
    public static List<LogShard> of(Tracker tracker, int generation, ClusterState state, IndexNameExpressionResolver resolver) {
        List<LogShard> shards = new ArrayList<>();
        Map<String, Set<String>> routing = resolver.resolveSearchRouting(state, null, tracker.events().expressions());
        for (Index index : resolver.concreteIndices(state, OPEN_INDICES, true, tracker.events().expressions())) {
            if (index.getName().startsWith(IndexNames.PREFIX)) {
                continue; // a follower must not read what it writes
            }
            IndexMetadata metadata = state.metadata().getIndexSafe(index);
            Set<Integer> searched = routing == null ? null : shards(metadata, routing.get(index.getName()));
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
