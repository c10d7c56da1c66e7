package org.opensearch.affinity.node.follow;

import org.opensearch.affinity.manage.DeleteTrackerAction;
import org.opensearch.affinity.tracker.ActiveModels;
import org.opensearch.affinity.tracker.ProfileGenerations;
import org.opensearch.affinity.tracker.Tracker;
import org.opensearch.affinity.tracker.Trackers;
import org.opensearch.cluster.ClusterState;
import org.opensearch.cluster.ClusterStateUpdateTask;
import org.opensearch.cluster.metadata.Metadata;
import org.opensearch.cluster.service.ClusterService;

import java.util.Set;
import java.util.concurrent.CountDownLatch;

/** Trackers whose definition is lost, as when a node starts without the plugin, come back with their profiles. */
public class TrackerBackupTests extends TrackTestCase {
    /** Removes what OpenSearch drops when it does not know the plugin. */
    private void dropMetadata() throws Exception {
        CountDownLatch dropped = new CountDownLatch(1);
        getInstanceFromNode(ClusterService.class).submitStateUpdateTask("drop", new ClusterStateUpdateTask() {
            @Override
            public ClusterState execute(ClusterState state) {
                Metadata.Builder metadata = Metadata.builder(state.metadata());
                for (String type : Set.of(Trackers.KIND.type(), ProfileGenerations.KIND.type(), ActiveModels.KIND.type())) {
                    metadata.removeCustom(type);
                }
                return ClusterState.builder(state).metadata(metadata).build();
            }

            @Override
            public void onFailure(String source, Exception e) {
                throw new AssertionError(e);
            }

            @Override
            public void clusterStateProcessed(String source, ClusterState before, ClusterState after) {
                dropped.countDown();
            }
        });
        dropped.await();
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
        dropMetadata();
        assertBusy(() -> assertEquals(before, Trackers.of(state()).find("shop")));
        assertEquals(1, ProfileGenerations.of(state()).of("shop").live());
        click("ann", "desk", 1_700_000_001_000L);
        awaitStats("\"applied\":2");
        assertEquals(2, profile("ann").events());
    }

    public void testDeletedTrackerDoesNotComeBack() throws Exception {
        shop("");
        assertBusy(() -> assertNotNull(state().metadata().index(".affinity-interests-shop.1").getCustomData("affinity")));
        client().execute(DeleteTrackerAction.INSTANCE, new DeleteTrackerAction.Request("shop")).actionGet();
        awaitIndices(Set.of());
        assertNull(Trackers.of(state()).find("shop"));
    }
}
