package org.opensearch.affinity.node.follow;

import org.opensearch.action.admin.cluster.snapshots.restore.RestoreSnapshotResponse;
import org.opensearch.affinity.profile.History;
import org.opensearch.affinity.profile.Profile;
import org.opensearch.common.settings.Settings;
import org.opensearch.snapshots.SnapshotState;

import java.io.IOException;

/**
 * Event indices and profiles that are restored from a snapshot, on a single node. Ann has more events than a history, so most events
 * that are read again are recognised by marks, not by their ids.
 */
public class RestoreTests extends TrackTestCase {
    private static final String LOG = "ubi_events";
    private static final String PROFILES = ".affinity-interests-shop.1";
    private static final String ITEM_TABLE = ".affinity-items-shop.1";
    private static final int MANY = 2 * History.MAX;

    private int days;

    /** Writes events, each on a day of its own. */
    private void clicks(int count) {
        for (int i = 0; i < count; i++) {
            click("ann", days % 3 == 0 ? "tent" : "desk", OLD + days * DAY);
            days++;
        }
    }

    private void awaitEvents(long events) throws Exception {
        awaitStats("\"applied\":" + events + ",");
        assertEquals(events, profile("ann").events());
    }

    private void openShop() throws IOException {
        shop("");
        client().admin().cluster().preparePutRepository("backup").setType("fs").setSettings(Settings.builder().put("location", "backup")).get();
        createIndex(LOG, Settings.builder().put("index.number_of_shards", 1).put("index.number_of_replicas", 0).build());
    }

    private void save(String... indices) {
        SnapshotState state = client().admin()
            .cluster()
            .prepareCreateSnapshot("backup", "saved")
            .setIndices(indices)
            .setIncludeGlobalState(false)
            .setWaitForCompletion(true)
            .get()
            .getSnapshotInfo()
            .state();
        assertEquals(SnapshotState.SUCCESS, state);
    }

    private void delete(String... indices) {
        client().admin().indices().prepareDelete(indices).get();
    }

    private void restore(String... indices) {
        RestoreSnapshotResponse restored = client().admin()
            .cluster()
            .prepareRestoreSnapshot("backup", "saved")
            .setIndices(indices)
            .setWaitForCompletion(true)
            .get();
        assertEquals(0, restored.getRestoreInfo().failedShards());
    }

    public void testRestoredEventsCountOnce() throws Exception {
        openShop();
        clicks(MANY);
        awaitEvents(MANY);
        Profile before = profile("ann");
        save(LOG);
        delete(LOG);
        restore(LOG);
        awaitEvents(MANY);
        assertEquals(before, profile("ann"));
        clicks(3);
        awaitEvents(MANY + 3);
    }

    /** Events that the log has lost stay counted. New events have the same sequence numbers and count, too. */
    public void testEventsAfterAnOldSnapshotCount() throws Exception {
        openShop();
        clicks(MANY);
        awaitEvents(MANY);
        save(LOG);
        clicks(20);
        awaitEvents(MANY + 20);
        delete(LOG);
        restore(LOG);
        clicks(7);
        awaitEvents(MANY + 27);
        clicks(30);
        awaitEvents(MANY + 57);
    }

    public void testRestoreIntoAClosedIndex() throws Exception {
        openShop();
        clicks(MANY);
        awaitEvents(MANY);
        save(LOG);
        clicks(20);
        awaitEvents(MANY + 20);
        client().admin().indices().prepareClose(LOG).get();
        restore(LOG);
        clicks(7);
        awaitEvents(MANY + 27);
    }

    public void testRepeatedRestores() throws Exception {
        openShop();
        clicks(MANY);
        awaitEvents(MANY);
        save(LOG);
        for (int again = 1; again <= 3; again++) {
            delete(LOG);
            restore(LOG);
            clicks(5);
            awaitEvents(MANY + 5 * again);
        }
    }

    /** The snapshot has events that were not applied before the restore. */
    public void testEventsThatWereNotAppliedBeforeCount() throws Exception {
        openShop();
        clicks(MANY);
        awaitEvents(MANY);
        Refusals.index = INTERESTS;
        try {
            clicks(10);
            save(LOG);
            delete(LOG);
        } finally {
            Refusals.index = null;
        }
        restore(LOG);
        awaitEvents(MANY + 10);
        clicks(3);
        awaitEvents(MANY + 13);
    }

    /** Profiles are stored, and the progress is not: their marks are those of the log shard before the restore. */
    public void testProfilesAheadOfTheProgress() throws Exception {
        openShop();
        clicks(MANY);
        awaitEvents(MANY);
        Refusals.ids = "slice:";
        Refusals.index = INTERESTS;
        try {
            clicks(MANY);
            assertBusy(() -> assertEquals(2 * MANY, profile("ann").events()));
            save(LOG);
            delete(LOG);
        } finally {
            Refusals.index = null;
            Refusals.ids = "";
        }
        restore(LOG);
        awaitEvents(2 * MANY);
        clicks(3);
        awaitEvents(2 * MANY + 3);
    }

    public void testNewIndexOfTheSameName() throws Exception {
        openShop();
        clicks(MANY);
        awaitEvents(MANY);
        delete(LOG);
        createIndex(LOG, Settings.builder().put("index.number_of_shards", 1).put("index.number_of_replicas", 0).build());
        clicks(10);
        awaitStats("\"applied\":10,");
        assertEquals(MANY + 10, profile("ann").events());
    }

    public void testProfilesRestoredWithTheirEvents() throws Exception {
        openShop();
        clicks(MANY);
        awaitEvents(MANY);
        Profile before = profile("ann");
        save(LOG, PROFILES, ITEM_TABLE);
        clicks(20);
        awaitEvents(MANY + 20);
        delete(LOG, PROFILES, ITEM_TABLE);
        restore(LOG, PROFILES, ITEM_TABLE);
        awaitEvents(MANY);
        assertEquals(before, profile("ann"));
        clicks(5);
        awaitEvents(MANY + 5);
    }

    /** The follower recognises that the profile index was restored, though there are no events to read. */
    public void testProfilesRestoredAloneCatchUp() throws Exception {
        openShop();
        clicks(MANY);
        awaitEvents(MANY);
        save(PROFILES, ITEM_TABLE);
        clicks(20);
        awaitEvents(MANY + 20);
        Profile before = profile("ann");
        delete(PROFILES, ITEM_TABLE);
        restore(PROFILES, ITEM_TABLE);
        clicks(1);
        awaitEvents(MANY + 21);
        assertEquals(before.history().subList(1, History.MAX), profile("ann").history().subList(0, History.MAX - 1));
    }
}
