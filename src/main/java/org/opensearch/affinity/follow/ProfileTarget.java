package org.opensearch.affinity.follow;

import org.opensearch.affinity.cluster.RedactedException;
import org.opensearch.affinity.event.LogShard;
import org.opensearch.affinity.event.ShardHistory;
import org.opensearch.affinity.tracker.IndexNames;
import org.opensearch.affinity.tracker.ProfileGenerations;
import org.opensearch.cluster.metadata.IndexAbstraction;
import org.opensearch.cluster.service.ClusterService;

/**
 * The profile generation that a follower writes to, and the history of its index when the follower started. Profiles that were
 * restored from a snapshot have fewer events than the follower has read since: the next event of a user would set a mark that covers
 * the missing ones. So a follower must start over when the history has changed. Thread-safe.
 */
final class ProfileTarget {
    private final LogShard logShard;
    private final ClusterService cluster;
    private final String historyId;

    ProfileTarget(LogShard logShard, ClusterService cluster) {
        this.logShard = logShard;
        this.cluster = cluster;
        historyId = currentHistoryId();
    }

    /** Returns the name by which the generation is read and written, as of the current cluster state. */
    String home() {
        return ProfileGenerations.currentName(logShard.tracker(), logShard.generation(), cluster.state());
    }

    /** Returns the name by which the profile index is read and written, in brackets, for messages. */
    String profileIndex() {
        return "[" + IndexNames.PROFILES.alias(home()) + "]";
    }

    /** Identifies the profile index: one that is restored or created anew has another. */
    String history() {
        return historyId;
    }

    /** The key of the log shard that is followed. */
    String logShardKey() {
        return logShard.key();
    }

    /** Returns the history id of the profile index; empty if the index does not exist. */
    private String currentHistoryId() {
        IndexAbstraction alias = cluster.state().metadata().getIndicesLookup().get(IndexNames.PROFILES.alias(home()));
        return alias == null || alias.getWriteIndex() == null ? "" : ShardHistory.id(alias.getWriteIndex());
    }

    /** @throws IllegalStateException if the profile index was replaced since the follower started */
    void checkUnchanged() {
        if (historyId.equals(currentHistoryId()) == false) {
            throw new RedactedException.LoggableStateException("the profile index was restored or created anew");
        }
    }
}
