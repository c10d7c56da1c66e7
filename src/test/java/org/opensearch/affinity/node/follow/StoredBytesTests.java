package org.opensearch.affinity.node.follow;

import java.util.concurrent.TimeUnit;

/** What a tracker says that it takes on disk, against what its indices say. */
public class StoredBytesTests extends TrackTestCase {
    private long said(String what) {
        return Long.parseLong(stats().replaceAll(".*\"bytes\":\\{[^}]*\"" + what + "\":([0-9]+).*", "$1"));
    }

    private long onDisk(String index) {
        client().admin().indices().prepareFlush(index).get();
        return client().admin().indices().prepareStats(index).setStore(true).get().getPrimaries().getStore().sizeInBytes();
    }

    public void testProfilesAndItemTable() throws Exception {
        shop("");
        assertEquals("of nobody", 0, said("per_user"));
        click("ann", "tent", System.currentTimeMillis());
        click("bob", "desk", System.currentTimeMillis());
        awaitStats("\"applied\":2", "\"users\":2");
        assertBusy(() -> {
            assertEquals(onDisk(".affinity-interests-shop.1"), said("profiles"));
            assertEquals(onDisk(".affinity-items-shop.1"), said("items"));
            assertEquals(said("profiles") / 2, said("per_user"));
            assertNotEquals("a shard measures itself every ten seconds", said("profiles"), said("items"));
        }, 30, TimeUnit.SECONDS);
    }
}
