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
 * Profiles that searches of this node asked for, as long as it has a copy of the shard they lie in: there every write of a profile
 * is heard of before it is acknowledged, so what is here is never older than what a read of this copy would find. Only what was
 * read of it may be kept ({@link ProfileIndex#getHere}): another copy may lag behind it, and no write would come any more to forget what was read there.
 * Thread-safe.
 */
public final class ProfileCache {
    private static final long MAX_BYTES = 32L << 20;
    private static final int STRIPES = 4_096;

    private record Key(Index index, String id) {}

    private final Cache<Key, Profile> profiles = CacheBuilder.<Key, Profile>builder()
        .setMaximumWeight(MAX_BYTES)
        .weigher((key, profile) -> profile.bytes())
        .build();
    private final Set<Index> here = ConcurrentHashMap.newKeySet();
    /** Counts writes, a few profiles together, and copies that left: a read that one of them overtook must not be kept. */
    private final AtomicIntegerArray writes = new AtomicIntegerArray(STRIPES);

    /** Follows an index if profiles lie in it. */
    public void listenTo(IndexModule module) {
        Index index = module.getIndex();
        if (IndexNames.PROFILES.contains(index.getName()) == false) {
            return;
        }
        module.addIndexOperationListener(new IndexingOperationListener() {
            @Override
            public void postIndex(ShardId shard, Engine.Index written, Engine.IndexResult result) {
                forget(index, written.id());
            }

            @Override
            public void postDelete(ShardId shard, Engine.Delete deleted, Engine.DeleteResult result) {
                forget(index, deleted.id());
            }
        });
        module.addIndexEventListener(new IndexEventListener() {
            @Override
            public void afterIndexShardStarted(IndexShard shard) {
                here.add(index);
            }

            @Override
            public void beforeIndexShardClosed(ShardId shardId, IndexShard shard, Settings settings) {
                here.remove(index);
                for (int stripe = 0; stripe < STRIPES; stripe++) {
                    writes.incrementAndGet(stripe);
                }
                profiles.keys().forEach(key -> {
                    if (key.index.equals(index)) {
                        profiles.invalidate(key);
                    }
                });
            }
        });
    }

    private void forget(Index index, String id) {
        writes.incrementAndGet(stripe(id));
        profiles.invalidate(new Key(index, id));
    }

    /** Null where it is not known, or this node would not hear of its changes. It is shared: not to be changed. */
    public Profile get(Index index, String id) {
        return here.contains(index) ? profiles.get(new Key(index, id)) : null;
    }

    /** To be asked for before a profile is read, for {@link #put}. */
    int writes(String id) {
        return writes.get(stripe(id));
    }

    /**
     * Keeps a profile that was read of the copy that is here.
     *
     * @param before what {@link #writes} said before it was read
     */
    void put(Index index, String id, Profile profile, int before) {
        if (here.contains(index)) {
            Key key = new Key(index, id);
            profiles.put(key, profile);
            // A write that came between the read and this line is seen here, one that comes later finds the profile and forgets it.
            if (writes(id) != before || here.contains(index) == false) {
                profiles.invalidate(key);
            }
        }
    }

    private static int stripe(String id) {
        return Math.floorMod(id.hashCode(), STRIPES);
    }
}
