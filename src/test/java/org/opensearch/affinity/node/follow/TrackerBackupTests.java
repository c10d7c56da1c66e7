package org.opensearch.affinity.node.follow;

import org.opensearch.affinity.manage.DeleteTrackerAction;
import org.opensearch.affinity.tracker.ActiveModels;
import org.opensearch.affinity.tracker.ProfileGenerations;
import org.opensearch.affinity.tracker.ProfileGenerations.TrackerGenerations;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.affinity.tracker.Trackers;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.ClusterStateUpdateTask;
import org.opensearch.cluster.metadata.IndexMetadata;
import org.opensearch.cluster.metadata.Metadata;
import org.opensearch.cluster.service.ClusterService;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/** Trackers whose definition is lost, as when a node starts without the plugin, come back with their profiles. */
public class TrackerBackupTests extends TrackTestCase {
    /** Removes what OpenSearch drops when it does not know the plugin. */
    private static void drop(Metadata.Builder metadata) {
        Set.of(Trackers.KIND.type(), ProfileGenerations.KIND.type(), ActiveModels.KIND.type()).forEach(metadata::removeCustom);
    }

    private void change(Consumer<Metadata.Builder> change) throws Exception {
        CountDownLatch changed = new CountDownLatch(1);
        getInstanceFromNode(ClusterService.class).submitStateUpdateTask("change", new ClusterStateUpdateTask() {
            @Override
            public ClusterState execute(ClusterState state) {
                Metadata.Builder metadata = Metadata.builder(state.metadata());
                change.accept(metadata);
                return ClusterState.builder(state).metadata(metadata).build();
            }

            @Override
            public void onFailure(String source, Exception e) {
                throw new AssertionError(e);
            }

            @Override
            public void clusterStateProcessed(String source, ClusterState before, ClusterState after) {
                changed.countDown();
            }
        });
        changed.await();
    }

    public void testTrackerComesBackWithItsProfiles() throws Exception {
        shop(", \"half_life\": \"60d\"");
        click("ann", "tent", 1_700_000_000_000L);
        awaitStats("\"applied\":1");
        rebuild(false);
        awaitIndices(SECOND);
        awaitStats("\"applied\":1");
        Tracker before = Trackers.of(state()).get("shop");
        assertBusy(() -> assertNotNull(state().metadata().index(".affinity-interests-shop.2").getCustomData("affinity")));
        change(TrackerBackupTests::drop);
        assertBusy(() -> assertEquals(before, Trackers.of(state()).find("shop")));
        assertEquals(1, ProfileGenerations.of(state()).of("shop").live());
        click("ann", "desk", 1_700_000_001_000L);
        awaitStats("\"applied\":2");
        assertEquals(2, profile("ann").events());
    }

    /** The entries of the cluster state are in the copy as they were written; fixtures of their formats are in {@code FormatTests}. */
    public void testCopyHasTheEntriesAsTheyWereWritten() throws Exception {
        shop("");
        awaitCopy();
        Map<String, String> copy = state().metadata().index(INTERESTS + ".1").getCustomData("affinity");
        assertEquals(Trackers.of(state()).get("shop"), Trackers.KIND.value(copy.get("tracker")));
        assertEquals(TrackerGenerations.FIRST, ProfileGenerations.KIND.value(copy.get("generations")));
        replaceCopy(copy);
        assertBusy(() -> assertNotNull(Trackers.of(state()).find("shop")));
    }

    /** As a restore of the global state of a snapshot from before the rebuild does: it has no such indices, and an older entry. */
    public void testAnOlderEntryDoesNotDeleteLiveIndices() throws Exception {
        shop("");
        click("ann", "tent", 1_700_000_000_000L);
        awaitStats("\"applied\":1");
        Metadata.Custom older = ProfileGenerations.of(state());
        rebuild(false);
        awaitIndices(SECOND);
        awaitStats("\"applied\":1");
        assertBusy(() -> assertNotNull(state().metadata().index(INTERESTS + ".2").getCustomData("affinity")));
        Metadata restored = Metadata.builder(state().metadata()).putCustom(ProfileGenerations.KIND.type(), older).build();
        ClusterState before = ClusterState.builder(state()).metadata(restored).build();
        assertEquals(List.of(), ProfileGenerations.of(before).leftOver("shop", before));
        change(metadata -> metadata.putCustom(ProfileGenerations.KIND.type(), older));
        assertBusy(() -> assertEquals(1, ProfileGenerations.of(state()).of("shop").live()));
        awaitIndices(SECOND);
        click("ann", "desk", 1_700_000_001_000L);
        awaitStats("\"applied\":2");
        assertEquals(2, profile("ann").events());
        rebuild(false);
        assertBusy(() -> assertEquals(2, ProfileGenerations.of(state()).of("shop").live()));
        awaitStats("\"applied\":2");
        // The end of the test deletes all indices, and fails for one that is gone meanwhile.
        assertBusy(() -> assertFalse(state().metadata().hasIndex(".affinity-items-shop.2")));
    }

    public void testUnknownFormatIsLeftAlone() throws Exception {
        shop("");
        awaitCopy();
        replaceCopy(Map.of("format", "9", "name", "shop", "tracker", "?", "generations", "?"));
        assertNull(Trackers.of(state()).find("shop"));
        assertEquals("9", state().metadata().index(INTERESTS + ".1").getCustomData("affinity").get("format"));
    }

    private void awaitCopy() throws Exception {
        assertBusy(() -> assertNotNull(state().metadata().index(INTERESTS + ".1").getCustomData("affinity")));
    }

    /** Puts a copy in place of that of the tracker, in one update with the removal of the plugin's metadata. */
    private void replaceCopy(Map<String, String> copy) throws Exception {
        change(metadata -> {
            drop(metadata);
            metadata.put(IndexMetadata.builder(metadata.get(INTERESTS + ".1")).putCustom("affinity", copy));
        });
    }

    public void testDeletedTrackerDoesNotComeBack() throws Exception {
        shop("");
        assertBusy(() -> assertNotNull(state().metadata().index(".affinity-interests-shop.1").getCustomData("affinity")));
        client().execute(DeleteTrackerAction.INSTANCE, new DeleteTrackerAction.Request("shop")).actionGet();
        awaitIndices(Set.of());
        assertNull(Trackers.of(state()).find("shop"));
    }
}
