package org.opensearch.affinity.profile;

import org.opensearch.affinity.event.LogShard;
import org.opensearch.affinity.event.LogShards;
import org.opensearch.affinity.tracker.IndexNames;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.metadata.IndexAbstraction;
import org.opensearch.cluster.metadata.IndexNameExpressionResolver;
import org.opensearch.cluster.routing.ShardRouting;
import org.opensearch.common.cache.Cache;
import org.opensearch.common.cache.CacheBuilder;
import org.opensearch.common.unit.TimeValue;
import org.opensearch.core.action.ActionListener;
import org.opensearch.core.index.Index;

import java.util.List;

/**
 * Reads stored profiles and common taste, through the caches of this node. Decides whether a caller gets a shared profile from
 * {@link ProfileCache} or one of its own. Common taste is read once a second at most, because it changes slowly. Thread-safe.
 */
final class ProfileReader {
    private static final int MAX_TASTES = 1_000;

    /**
     * A profile to read.
     *
     * @param home           the name of the profile generation, see {@link ProfileIndex}
     * @param user           the stored name of the user; null to read common taste only
     * @param changesProfile whether the caller changes the profile, so that it must not be shared
     */
    record Query(ClusterState state, Tracker tracker, String home, String user, boolean changesProfile) {
        /** Returns the index of the generation in use; null if it does not exist. */
        private Index index() {
            IndexAbstraction alias = state.metadata().getIndicesLookup().get(IndexNames.PROFILES.alias(tracker.name()));
            return alias == null || alias.getWriteIndex() == null ? null : alias.getWriteIndex().getIndex();
        }

        /** Whether the profile may be read from the cache, and put there. */
        private boolean isShareable(Index index) {
            return user != null && changesProfile == false && hasCurrentCopy(index);
        }

        /**
         * Whether this node has a copy of the index that is notified of writes before they are acknowledged, and can be read. With
         * segment replication only the primary is: replicas are not notified of writes, and show them later.
         */
        private boolean hasCurrentCopy(Index index) {
            if (index == null || state.routingTable().hasIndex(index) == false) {
                return false;
            }
            String node = state.nodes().getLocalNodeId();
            boolean primaryOnly = state.metadata().isSegmentReplicationEnabled(index.getName());
            List<ShardRouting> copies = state.routingTable().index(index).shard(0).activeShards();
            return copies.stream().anyMatch(copy -> copy.currentNodeId().equals(node) && (copy.primary() || primaryOnly == false));
        }
    }

    private final ProfileIndex profiles;
    private final ProfileCache cache;
    private final IndexNameExpressionResolver resolver;
    /** By profile index, so that a tracker that is deleted and defined again starts without. */
    private final Cache<Index, CommonTaste> tastes = CacheBuilder.<Index, CommonTaste>builder()
        .setMaximumWeight(MAX_TASTES)
        .setExpireAfterWrite(TimeValue.timeValueSeconds(1))
        .build();

    ProfileReader(ProfileIndex profiles, ProfileCache cache, IndexNameExpressionResolver resolver) {
        this.profiles = profiles;
        this.cache = cache;
        this.resolver = resolver;
    }

    /** Returns a shared profile, which must not be changed, and common taste; null if one of them is not cached. */
    ProfileIndex.Found cached(Query query) {
        Index index = query.index();
        CommonTaste taste = taste(index);
        Profile profile = taste != null && query.isShareable(index) ? cache.get(index, ProfileIndex.idOfUser(query.user)) : null;
        return profile == null ? null : new ProfileIndex.Found(profile, taste);
    }

    private CommonTaste taste(Index index) {
        return index == null ? null : tastes.get(index);
    }

    /** Reads the profile, and common taste unless that is cached. The profile is shared from then on if the query allows it. */
    void read(Query query, ActionListener<ProfileIndex.Found> listener) {
        Index index = query.index();
        CommonTaste taste = taste(index);
        List<LogShard> shards = taste != null ? List.of() : LogShards.of(query.tracker, query.state, resolver);
        ActionListener<ProfileIndex.Found> withTaste = ActionListener.map(listener, found -> {
            if (taste != null) {
                return new ProfileIndex.Found(found.profile(), taste);
            }
            if (index != null) {
                tastes.put(index, found.common());
            }
            return found;
        });
        if (query.isShareable(index)) {
            String id = ProfileIndex.idOfUser(query.user);
            int writeCount = cache.writeCount(id);
            profiles.getLocal(query.home, query.user, shards, ActionListener.wrap(found -> {
                if (found.profile() != null) {
                    cache.put(index, id, found.profile(), writeCount);
                }
                withTaste.onResponse(found);
            }, e -> profiles.get(query.home, query.user, shards, withTaste)));
        } else {
            profiles.get(query.home, query.user, shards, withTaste);
        }
    }
}
