package org.opensearch.affinity.node.follow;

import java.util.concurrent.TimeUnit;

/** The bytes on disk in a tracker's stats are those in the stats of its indices. */
public class StoredBytesTests extends TrackTestCase {
    private long reported(String field) {
        return Long.parseLong(stats().replaceAll(".*\"bytes\":\\{[^}]*\"" + field + "\":([0-9]+).*", "$1"));
    }

    private long onDisk(String index) {
        client().admin().indices().prepareFlush(index).get();
        return client().admin().indices().prepareStats(index).setStore(true).get().getPrimaries().getStore().sizeInBytes();
    }

    public void testProfilesAndItemTable() throws Exception {
        shop("");
        assertEquals("without users", 0, reported("per_user"));
        click("ann", "tent", System.currentTimeMillis());
        click("bob", "desk", System.currentTimeMillis());
        awaitStats("\"applied\":2", "\"users\":2");
        assertBusy(() -> {
            assertEquals(onDisk(".affinity-interests-shop.1"), reported("profiles"));
            assertEquals(onDisk(".affinity-items-shop.1"), reported("items"));
            assertEquals(reported("profiles") / 2, reported("per_user"));
            assertNotEquals("a shard measures its size every ten seconds", reported("profiles"), reported("items"));
        }, 30, TimeUnit.SECONDS);
    }
}
