package org.opensearch.affinity.profile;

import org.opensearch.affinity.tracker.IndexNames;
import org.opensearch.common.cache.Cache;
import org.opensearch.common.cache.CacheBuilder;
import org.opensearch.common.settings.Settings;
import org.opensearch.core.index.Index;
import org.opensearch.core.index.shard.ShardId;
import org.opensearch.index.IndexModule;
import org.opensearch.index.engine.Engine;
import org.opensearch.index.shard.IndexEventListener;
import org.opensearch.index.shard.IndexShard;
import org.opensearch.index.shard.IndexingOperationListener;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Caches profiles that searches of this node read from its own copy of the profile index. The copy notifies the cache of every
 * write before the write is acknowledged, so a cached profile is never older than a read of that copy. Profiles from other copies
 * must not be cached: such a copy may lag behind this one, and no later write would invalidate what was read there. Cached profiles
 * are shared and must not be changed. Thread-safe.
 */
public final class ProfileCache {
    private static final long MAX_BYTES = 32L << 20;
    private static final int STRIPES = 4_096;

    private record Key(Index index, String id) {}

    private final Cache<Key, Profile> profiles = CacheBuilder.<Key, Profile>builder()
        .setMaximumWeight(MAX_BYTES)
        .weigher((key, profile) -> profile.bytes())
        .build();
    /** Profile indices of which this node has a started copy. */
    private final Set<Index> localIndices = ConcurrentHashMap.newKeySet();
    /**
     * Counts writes, and closed copies, in stripes by document id. A profile is not cached if its count has changed since before it
     * was read.
     */
    private final AtomicIntegerArray writeCounts = new AtomicIntegerArray(STRIPES);

    /** Listens to the writes and the lifecycle of an index if it is a profile index. */
    public void listenTo(IndexModule module) {
        Index index = module.getIndex();
        if (IndexNames.PROFILES.contains(index.getName()) == false) {
            return;
        }
        module.addIndexOperationListener(new IndexingOperationListener() {
            @Override
            public void postIndex(ShardId shard, Engine.Index written, Engine.IndexResult result) {
                invalidate(index, written.id());
            }

            @Override
            public void postDelete(ShardId shard, Engine.Delete deleted, Engine.DeleteResult result) {
                invalidate(index, deleted.id());
            }
        });
        module.addIndexEventListener(new IndexEventListener() {
            @Override
            public void afterIndexShardStarted(IndexShard shard) {
                localIndices.add(index);
            }

            @Override
            public void beforeIndexShardClosed(ShardId shardId, IndexShard shard, Settings settings) {
                invalidateAll(index);
            }
        });
    }

    private void invalidate(Index index, String id) {
        writeCounts.incrementAndGet(stripe(id));
        profiles.invalidate(new Key(index, id));
    }

    private void invalidateAll(Index index) {
        localIndices.remove(index);
        for (int stripe = 0; stripe < STRIPES; stripe++) {
            writeCounts.incrementAndGet(stripe);
        }
        profiles.keys().forEach(key -> {
            if (key.index.equals(index)) {
                profiles.invalidate(key);
            }
        });
    }

    /** Returns a shared profile, which must not be changed; null if it is not cached, or this node has no copy of the index. */
    public Profile get(Index index, String id) {
        return localIndices.contains(index) ? profiles.get(new Key(index, id)) : null;
    }

    /** Returns the value to pass to {@link #put}; to be called before the profile is read. */
    int writeCount(String id) {
        return writeCounts.get(stripe(id));
    }

    /**
     * Caches a profile that was read from this node's copy, unless it has been written meanwhile.
     *
     * @param writeCount the result of {@link #writeCount} from before the profile was read
     */
    void put(Index index, String id, Profile profile, int writeCount) {
        if (localIndices.contains(index)) {
            Key key = new Key(index, id);
            profiles.put(key, profile);
            // A write between the read and this line has changed the count. A later one invalidates the profile.
            if (writeCount(id) != writeCount || localIndices.contains(index) == false) {
                profiles.invalidate(key);
            }
        }
    }

    private static int stripe(String id) {
        return Math.floorMod(id.hashCode(), STRIPES);
    }
}
