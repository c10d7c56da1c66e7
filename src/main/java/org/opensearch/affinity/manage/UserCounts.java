package org.opensearch.affinity.manage;

import org.opensearch.action.support.ListenerTimeouts;
import org.opensearch.affinity.profile.ProfileIndex;
import org.opensearch.affinity.tracker.IndexNames;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.IndexAbstraction;
import org.opensearch.common.cache.Cache;
import org.opensearch.common.cache.CacheBuilder;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.action.ActionListener;
import org.opensearch.threadpool.ThreadPool;

/**
 * Counts the users that have a profile. A count that does not come in time is answered with the last one that this node knows: while a
 * tracker catches up, a search of its profiles waits for a refresh. Thread-safe.
 */
final class UserCounts {
    private static final TimeValue TIMEOUT = TimeValue.timeValueMillis(500);
    private static final int MAX_COUNTS = 1_000;

    private final ProfileIndex profiles;
    private final ThreadPool threadPool;
    /** The last counts by the uuid of the profile index. */
    private final Cache<String, Long> known = CacheBuilder.<String, Long>builder().setMaximumWeight(MAX_COUNTS).build();

    UserCounts(ProfileIndex profiles, ThreadPool threadPool) {
        this.profiles = profiles;
        this.threadPool = threadPool;
    }

    /**
     * Counts the users of a tracker, as of the index's last refresh.
     *
     * @param listener called with null if the profiles cannot be searched, and were not before
     */
    void of(String tracker, ClusterState state, ActionListener<Long> listener) {
        IndexAbstraction alias = state.metadata().getIndicesLookup().get(IndexNames.PROFILES.alias(tracker));
        if (alias == null || alias.getWriteIndex() == null) {
            listener.onResponse(null);
            return;
        }
        String index = alias.getWriteIndex().getIndexUUID();
        Long last = known.get(index);
        ActionListener<Long> counted = ActionListener.wrap(listener::onResponse, e -> listener.onResponse(last));
        ActionListener<Long> timed = last == null
            ? counted
            : ListenerTimeouts.wrapWithTimeout(threadPool, counted, TIMEOUT, ThreadPool.Names.GENERIC, "users of a tracker");
        profiles.users(tracker, ActionListener.map(timed, users -> {
            known.put(index, users);
            return users;
        }));
    }
}
