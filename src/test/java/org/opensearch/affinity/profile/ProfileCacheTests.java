package org.opensearch.affinity.profile;

import org.opensearch.action.support.PlainActionFuture;
import org.opensearch.affinity.node.AffinityNodeTestCase;
import org.opensearch.affinity.tracker.IndexNames;
import org.opensearch.cluster.service.ClusterService;
import org.opensearch.core.index.Index;

import java.util.List;

public class ProfileCacheTests extends AffinityNodeTestCase {
    private ProfileIndex profiles;
    private ProfileCache cache;
    private Index index;

    @Override
    public void setUp() throws Exception {
        super.setUp();
        profiles = new ProfileIndex(client());
        cache = getInstanceFromNode(ProfileCache.class);
        PlainActionFuture<Void> created = new PlainActionFuture<>();
        profiles.create("shop", 0, true, List.of(2), created);
        created.actionGet();
        index = getInstanceFromNode(ClusterService.class).state().metadata().index(IndexNames.PROFILES.ofGeneration("shop", 0)).getIndex();
        assertBusy(() -> {
            cache.put(index, "probe", new Profile("probe"), cache.writeCount("probe"));
            assertNotNull("this node has the shard", cache.get(index, "probe"));
        });
    }

    @Override
    protected boolean resetNodeAfterTest() {
        return true;
    }

    private void save(Profile profile) {
        PlainActionFuture<Profile> saved = new PlainActionFuture<>();
        profiles.update("shop", profile.user(), stored -> profile, saved);
        saved.actionGet();
    }

    public void testAWriteInvalidatesTheProfile() {
        String id = ProfileIndex.idOfUser("ann");
        Profile first = new Profile("ann");
        int writeCount = cache.writeCount(id);
        cache.put(index, id, first, writeCount);
        assertSame(first, cache.get(index, id));
        save(new Profile("ann"));
        assertNull(cache.get(index, id));
        cache.put(index, id, first, writeCount);
        assertNull("written after it was read", cache.get(index, id));
        cache.put(index, id, first, cache.writeCount(id));
        assertSame(first, cache.get(index, id));
    }

    public void testCachesOnlyIndicesOfThisNode() {
        String id = ProfileIndex.idOfUser("ann");
        Index elsewhere = new Index(".affinity-interests-shop.1", "another");
        cache.put(elsewhere, id, new Profile("ann"), cache.writeCount(id));
        assertNull(cache.get(elsewhere, id));
        cache.put(index, id, new Profile("ann"), cache.writeCount(id));
        client().admin().indices().prepareClose(index.getName()).get();
        assertNull(cache.get(index, id));
    }
}
