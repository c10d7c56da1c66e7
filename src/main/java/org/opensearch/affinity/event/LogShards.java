package org.opensearch.affinity.event;

import org.opensearch.affinity.tracker.IndexExpressions;
import org.opensearch.affinity.tracker.ProfileGenerations;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;

import java.util.ArrayList;
import java.util.List;

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
        for (IndexMetadata metadata : IndexExpressions.open(tracker.events().expressions(), state, resolver)) {
            for (int shard = 0; shard < metadata.getNumberOfShards(); shard++) {
                shards.add(LogShard.of(tracker.name(), generation, metadata, shard, state));
            }
        }
        return shards;
    }
}
