package org.opensearch.affinity.event;

import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.core.index.shard.ShardId;

import java.util.HashSet;
import java.util.Set;

import static org.opensearch.core.xcontent.ConstructingObjectParser.constructorArg;
import static org.opensearch.core.xcontent.ConstructingObjectParser.optionalConstructorArg;

/**
 * One shard of the behaviour log as one tracker follows it into one generation of its profiles. Immutable.
 *
 * @param tracker    the tracker's name
 * @param generation the generation of profiles that the events are applied to, see {@code ProfileGenerations}
 * @param shard      the shard of the event index
 * @param history    distinguishes this shard from earlier ones of the same name and number
 */
public record LogShard(String tracker, int generation, ShardId shard, ShardHistory history) {
    /** The action of the tasks that follow log shards. */
    public static final String TASK = "affinity/follow";

    /** Creates a log shard for the first generation, of an index that was never restored. */
    public LogShard(String tracker, ShardId shard) {
        this(tracker, 0, shard, new ShardHistory(shard.getIndex().getUUID(), 0, 0));
    }

    /** Returns the log shard of a shard as it is in this cluster state. */
    static LogShard of(String tracker, int generation, IndexMetadata index, int shard, ClusterState state) {
        return new LogShard(tracker, generation, new ShardId(index.getIndex(), shard), ShardHistory.of(index, shard, state));
    }

    /**
     * Returns the key by which profiles, item rows and progress refer to the shard: {@code <history id>/<shard number>}. A new
     * index of the same name has other keys, and so has a restored one.
     */
    public String key() {
        return key(history.id(), shard.id());
    }

    private static String key(String historyId, int shard) {
        return historyId + "/" + shard;
    }

    /** Returns the log shard that this one was before its index was restored, see {@link LogShardOrigin}. */
    public LogShard withHistory(String historyId) {
        return new LogShard(tracker, generation, shard, new ShardHistory(historyId, history.created(), history.firstTerm()));
    }

    /** Returns the keys of the shards of all indices of the cluster. */
    public static Set<String> existingKeys(ClusterState state) {
        Set<String> keys = new HashSet<>();
        for (IndexMetadata index : state.metadata()) {
            for (int shard = 0; shard < index.getNumberOfShards(); shard++) {
                keys.add(key(ShardHistory.id(index), shard));
            }
        }
        return keys;
    }

    /** Returns the id of the follower of the shard; a node runs at most one of an id. */
    public String followerId() {
        return "affinity-" + tracker + (generation == 0 ? "" : "." + generation) + "-" + key();
    }
}
